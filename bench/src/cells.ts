import { setTimeout as pause } from 'node:timers/promises'
import { block, type Script } from '@writ/simulator'
import type { ContextSource } from 'writ'
import { cellTimes } from './cell-times.ts'
import { type Measure, median, percentile, rounded } from './measure.ts'
import { runScript } from './scripted-run.ts'

const CELLS = 100
const MEDIAN_MS = 5
const P95_MS = 12
const KEPT_BYTES = 10_000_000
const HANDLE_TEXTS = 100
const SLOW_MODEL_MS = 500
const FIRST_AFTER_SLOW_MS = 60
const FIRST_MS = 300

/** Contexts: two that are strings in the guest, and one that is too large for it and so is a handle. */
const CONTEXTS: readonly (readonly [string, () => ContextSource])[] = [
  ['a text of 10 KB', () => textOf(10_000)],
  ['a text of 1 MB', () => textOf(1_000_000)],
  [
    'a handle on 100 MB',
    () =>
      Array.from({ length: HANDLE_TEXTS }, (_, n) => ({
        id: `part-${n}.txt`,
        text: `${n} ${textOf(1_000_000)}`,
      })),
  ],
]

/** What a cell costs: one of a run that does next to nothing, by what its context is, how many came before it and what its variables hold. */
export async function cells(): Promise<readonly Measure[]> {
  const measures: Measure[] = []
  for (const [name, context] of CONTEXTS) {
    measures.push(...(await emptyCells(name, context())))
  }
  measures.push(...(await emptyCells('a text of 1 MB, 10 MB in variables', textOf(1_000_000), KEEPING)))
  measures.push(await firstCell(0, FIRST_MS), await firstCell(SLOW_MODEL_MS, FIRST_AFTER_SLOW_MS))
  return measures
}

/** Ten texts of a million characters each. */
const KEEPING = `const kept = Array.from({ length: 10 }, (_, n) => ('x'.repeat(${KEPT_BYTES / 10 - 2}) + n)); kept.length`

async function emptyCells(name: string, context: ContextSource, setUp = '0'): Promise<readonly Measure[]> {
  const script: Script = ({ turns }) => {
    if (turns === 0) return block(setUp)
    // Each shows something new: a frame that shows nothing new for a while is ended.
    return turns > CELLS ? block('FINAL(1)') : block(`const a${turns} = ${turns}; a${turns}`)
  }
  const run = await runScript(script, CELLS + 10, { context, limits: { maxTurns: CELLS + 10 } })
  await run.cleanUp()
  const times = cellTimes(run).slice(1, CELLS + 1)
  if (times.length < CELLS) throw new Error(`${times.length} of ${CELLS} cells ran`)
  const early = median(times.slice(0, 10))
  const late = median(times.slice(-10))
  const middle = median(times)
  const p95 = percentile(times, 0.95)
  return [
    {
      task: `an empty cell, ${name}`,
      score: rounded(middle, 2),
      detail: `ms, median of ${times.length}; the first ten ${rounded(early, 2)}, the last ten ${rounded(late, 2)}`,
      target: `${MEDIAN_MS} ms`,
      met: middle <= MEDIAN_MS,
    },
    {
      task: `the same at p95`,
      score: rounded(p95, 2),
      detail: 'ms',
      target: `${P95_MS} ms`,
      met: p95 <= P95_MS,
    },
  ]
}

/** The first cell of a run, from the model's reply to the cell's end. */
async function firstCell(modelMs: number, target: number): Promise<Measure> {
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const script: Script = ({ turns }) => ({
      kind: 'text',
      text: block(turns === 0 ? '1' : 'FINAL(1)'),
      delayMs: turns === 0 ? modelMs : 0,
    })
    const run = await runScript(script, 10, { context: textOf(1_000_000) })
    await run.cleanUp()
    times.push(...cellTimes(run).slice(0, 1))
    await pause(100)
  }
  const middle = median(times)
  return {
    task: `the first cell, 1 MB, after a model that takes ${modelMs} ms`,
    score: rounded(middle, 1),
    detail: `ms, median of ${times.length}`,
    target: `${target} ms`,
    met: middle <= target,
  }
}

const LINE = 'a needle in a line of text\n'
const textOf = (bytes: number): string => LINE.repeat(Math.ceil(bytes / LINE.length)).slice(0, bytes)
