import { IntervalSet } from '@writ/contract'
import type { FrameSummary, Stretch } from './frames.ts'
import { foreign, type Html, html, joined } from './markup.ts'

// The tree of frames over time, as SVG that needs nothing from outside: a row a frame, a bar for its life, on it what it did.

const ROW = 24
const LEFT = 190
const WIDTH = 760
const TOP = 34
/** Most rows drawn; the table below has every frame. */
const MOST_ROWS = 80
/** Finest step of the drawing: what is closer together is drawn as one. */
const FINE = 10

interface Row {
  readonly frame: FrameSummary
  /** Siblings not drawn, told in the last drawn one's row. */
  readonly hidden: number
}

/** Draws the frames, or says that there are none. */
export function picture(frames: readonly FrameSummary[]): Html {
  const rows = shown(frames)
  const from = Math.min(...rows.map(({ frame }) => frame.from))
  const length = Math.max(1, Math.max(...rows.map(({ frame }) => frame.to)) - from)
  const x = (at: number): number => LEFT + (Math.max(0, Math.min(length, at - from)) / length) * WIDTH
  const height = TOP + rows.length * ROW + 8
  const missing = frames.length - rows.length
  return html`<figure>
<div class="scroll" role="region" aria-label="Picture of the frames" tabindex="0">
<svg viewBox="0 0 ${LEFT + WIDTH + 20} ${height}" role="img" aria-labelledby="picture-title picture-desc">
<title id="picture-title">What each frame did, and when</title>
<desc id="picture-desc">${frames.length} frames over ${seconds(length)}. The table of frames below says the same in words.</desc>
${axis(length, x, height, from)}
${joined(rows.map((row, n) => drawRow(row, TOP + n * ROW, x)))}
</svg>
</div>
<figcaption><span class="key turn"></span> the model thinks (a turn) <span class="key leaf"></span> sub-calls of a model
<span class="key cell"></span> code runs in the sandbox <span class="key read"></span> search or read
<span class="key refused"></span> refused. Times are as the machine that ran it claims.${
    missing > 0 ? html` ${missing} more frames are not drawn.` : ''
  }</figcaption>
</figure>`
}

/** All rows where they fit; else of every parent as many children as fit, whole families first. */
function shown(frames: readonly FrameSummary[]): readonly Row[] {
  const children = new Map<string | null, number>()
  for (const { parent } of frames) children.set(parent, (children.get(parent) ?? 0) + 1)
  let most = Math.max(1, ...children.values())
  let kept = keep(frames, most)
  while (kept.length > MOST_ROWS && most > 1) {
    most = Math.floor(most / 2)
    kept = keep(frames, most)
  }
  const drawn = kept.slice(0, MOST_ROWS)
  const place = new Map<string | null, number>()
  return drawn.map((frame) => {
    const nth = (place.get(frame.parent) ?? 0) + 1
    place.set(frame.parent, nth)
    return { frame, hidden: nth === most ? Math.max(0, (children.get(frame.parent) ?? 0) - most) : 0 }
  })
}

function keep(frames: readonly FrameSummary[], most: number): readonly FrameSummary[] {
  const counted = new Map<string | null, number>()
  const kept = new Set<string>()
  return frames.filter(({ lane, parent }) => {
    const nth = (counted.get(parent) ?? 0) + 1
    counted.set(parent, nth)
    const fits = nth <= most && (parent === null || kept.has(parent))
    if (fits) kept.add(lane)
    return fits
  })
}

function axis(length: number, x: (at: number) => number, height: number, from: number): Html {
  const step = niceStep(length / 6)
  const count = Math.floor(length / step)
  const marks = Array.from({ length: count + 1 }, (_, n) => {
    const at = x(from + n * step)
    return html`<line class="grid" x1="${at}" y1="${TOP - 8}" x2="${at}" y2="${height - 4}"></line><text class="tick" x="${at}" y="${TOP - 14}" text-anchor="middle">${seconds(n * step)}</text>`
  })
  return joined(marks)
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
}

function drawRow({ frame, hidden }: Row, y: number, x: (at: number) => number): Html {
  const indent = Math.min(frame.depth, 8) * 12
  const middle = y + ROW / 2
  const end = x(frame.to)
  return html`<g class="frame"><title>${tooltip(frame)}</title>
<text class="lane" x="${indent + 4}" y="${middle + 4}">${frame.depth === 0 ? 'root' : `↳ ${frame.lane}`}${
    hidden > 0 ? html` <tspan class="tick">+${hidden} more like it</tspan>` : ''
  }</text>
<rect class="life" x="${x(frame.from)}" y="${y + 4}" width="${Math.max(2, end - x(frame.from))}" height="${ROW - 8}" rx="3"></rect>
${drawStretches(frame.stretches, 'cell', y + 7, 10, x)}${drawStretches(frame.stretches, 'turn', y + 7, 10, x)}${drawStretches(frame.stretches, 'leaf', y + 7, 10, x)}${drawStretches(frame.stretches, 'read', y + 14, 5, x)}${joined(
  frame.stretches
    .filter(({ kind }) => kind === 'refused')
    .slice(0, 100)
    .map(({ from: at }) => refusalMark(x(at), y + 2)),
)}</g>`
}

function drawStretches(
  stretches: readonly Stretch[],
  kind: Stretch['kind'],
  y: number,
  height: number,
  x: (at: number) => number,
): Html {
  const merged = new IntervalSet()
  for (const { kind: own, from, to } of stretches) {
    if (own !== kind) continue
    const start = Math.floor(x(from) * FINE)
    merged.add(start, Math.max(start + FINE, Math.ceil(x(to) * FINE)))
  }
  return joined(
    merged
      .ranges()
      .map(
        ({ start, end }) =>
          html`<rect class="${kind}" x="${start / FINE}" y="${y}" width="${(end - start) / FINE}" height="${height}"></rect>`,
      ),
  )
}

function refusalMark(at: number, y: number): Html {
  return html`<path class="refused" d="M${at - 4} ${y} h8 l-4 7 z"></path>`
}

function tooltip({ lane, goal, turns, subCalls, reads, refused, outcome }: FrameSummary): string {
  const asked = goal === null ? '' : `: ${goal.slice(0, 200)}`
  return `Frame ${lane}${asked}. ${turns} turns, ${subCalls} sub-calls, ${reads} searches and reads, ${refused} refused, ended ${outcome}.`
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

/** Every frame in words; the picture says no more. */
export function frameTable(frames: readonly FrameSummary[], most: number): Html {
  const rows = frames
    .slice(0, most)
    .map(
      (frame) =>
        html`<tr><th scope="row">${frame.lane}</th><td class="goal">${
          frame.goal === null ? 'closed or gone' : foreign(cut(frame.goal, 120))
        }</td><td>${foreign(frame.model)}</td><td class="n">${frame.turns}</td><td class="n">${frame.subCalls}</td><td class="n">${frame.reads}</td><td class="n">${frame.refused}</td><td>${frame.label}</td><td>${frame.outcome}</td></tr>`,
    )
  return html`<div class="scroll" role="region" aria-label="Table of frames" tabindex="0"><table>
<caption>Frames${frames.length > most ? ` (the first ${most} of ${frames.length})` : ''}: each is a model with a sandbox of its own</caption>
<thead><tr><th scope="col">Frame</th><th scope="col">What it was asked</th><th scope="col">Model</th><th scope="col" class="n">Turns</th><th scope="col" class="n">Sub-calls</th><th scope="col" class="n">Searches and reads</th><th scope="col" class="n">Refused</th><th scope="col">Label at the end</th><th scope="col">Ended</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}
