import { counted, type RunEvent } from '@writ/contract'
import { AlternateScreen, hasAlternateScreen, type Terminal } from './alternate-screen.ts'
import { cutToWidth, wrapped } from './display-width.ts'
import { printableLine } from './printable.ts'
import { WaitLines, waitInWords } from './queue-words.ts'
import { RunTree } from './run-tree.ts'
import { strategyInWords } from './strategy-words.ts'

/** Shows a run while it goes on, and stops showing it. */
export interface Watch {
  onEvent(event: RunEvent): void
  /** Says something about the run for as long as it is shown. */
  notice(text: string): void
  /** Leaves the terminal to something else, until what is given is called. */
  pause(): () => void
  stop(): void
}

/** How a command that runs something is watched. */
export interface WatchFlags {
  readonly home?: string
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
}

const PREPARING = 'preparing Python: the first time after an installation takes a few seconds'

/** Times a second the live tree is drawn again. */
const FRAMES_PER_SECOND = 10

/** Watches nothing. */
export const quietWatch: Watch = { onEvent: nothing, notice: nothing, pause: () => nothing, stop: nothing }

/** One JSON object a line on stdout. */
export function jsonLinesWatch(out: NodeJS.WritableStream): Watch {
  return { ...quietWatch, onEvent: (event) => void out.write(`${JSON.stringify(event)}\n`) }
}

/** A live tree on a terminal, on a screen of its own: at the end nothing of it is left. */
export function treeWatch(out: Terminal): Watch {
  const tree = new RunTree()
  const screen = new AlternateScreen(out)
  let head = ''
  let said = ''
  const waits = new Map<string, string>()
  let paused = false
  let began: number | undefined
  const draw = (): void => {
    if (head === '' || paused) return
    const width = out.columns || 80
    const rows = out.rows || 24
    // A model that takes long must not look like one that hangs.
    const seconds = began === undefined ? 0 : Math.floor((performance.now() - began) / 1000)
    const above = [seconds < 2 ? head : `${head} · ${seconds} s`, ...waits.values(), said].flatMap((line) =>
      line === '' ? [] : wrapped(printableLine(line), width),
    )
    const lines = tree.lines(width)
    const room = Math.max(1, rows - above.length)
    screen.draw(
      [...above, ...(lines.length > room ? [...lines.slice(0, room - 1), '…'] : lines)].slice(0, rows),
    )
  }
  let stopped = false
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND)
  timer.unref()
  return {
    onEvent: (event) => {
      head = headline(event) ?? head
      if (event.type === 'run.open') began = performance.now()
      if (event.type === 'queue') waits.set(event.model, waitInWords(event) ?? '')
      tree.add(event)
    },
    notice: (text) => {
      said = text
      if (!stopped) draw()
    },
    pause: () => {
      paused = true
      screen.leave()
      return () => {
        paused = false
      }
    },
    stop: () => {
      stopped = true
      clearInterval(timer)
      screen.leave()
    },
  }
}

/** Plain lines, for logs and pipes: a line for what opens, closes, waits or is refused, not for every step. */
export function lineWatch(out: NodeJS.WritableStream): Watch {
  const waits = new WaitLines()
  return {
    ...quietWatch,
    onEvent: (event) => {
      const line = event.type === 'queue' ? waits.line(event) : describe(event)
      if (line !== null) out.write(`${printableLine(line)}\n`)
    },
  }
}

function describe(event: RunEvent): string | null {
  switch (event.type) {
    case 'prepare':
    case 'run.open':
      return headline(event) ?? null
    case 'frame.open':
      return `frame ${event.lane} opens: ${cutToWidth(event.goal.replace(/\s+/g, ' '), 100)}`
    case 'frame.close':
      return `frame ${event.lane} closes: ${event.outcome} after ${counted(event.turns, 'turn')}, ${counted(event.charged.calls, 'call')}`
    case 'decision':
      return event.verdict === 'allow'
        ? null
        : `frame ${event.lane}: ${event.action} on ${event.resource} ${event.verdict} by ${event.policies.join(', ') || event.reason}`
    case 'step':
      return event.outcome === 'ok'
        ? null
        : `frame ${event.lane}: ${event.op} ended ${event.outcome}: ${event.detail}`
    default:
      return null
  }
}

function headline(event: RunEvent): string | undefined {
  if (event.type === 'prepare') return PREPARING
  if (event.type !== 'ingest' && event.type !== 'run.open') return undefined
  const amount = `${counted(event.documents, 'document')}, ${counted(event.bytes, 'byte')}`
  if (event.type === 'ingest') return `reading: ${amount}`
  const strategy = strategyInWords(event.strategy, event.strategyReason)
  return `run ${event.run} · ${amount} · ${event.model} · ${strategy} · policy ${event.policy}`
}

function nothing(): void {
  // Nobody watches.
}

/** The watch that flags ask for; a live tree where a person looks at a terminal that can show one. */
export function chooseWatch(flags: WatchFlags): Watch {
  if (flags.jsonl === true) return jsonLinesWatch(process.stdout)
  if (flags.quiet === true || flags.json === true) return quietWatch
  // A pager at the other end of stdout would draw on the same terminal.
  const live = process.stderr.isTTY && process.stdout.isTTY && hasAlternateScreen(process.env)
  return live ? treeWatch(process.stderr) : lineWatch(process.stderr)
}
