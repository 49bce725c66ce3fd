import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, type Script } from '@writ/simulator'
import { cellTimes } from './cell-times.ts'
import { type Measure, median, percentile, rounded } from './measure.ts'
import { runScript } from './scripted-run.ts'

const CELLS = 50
const ROUNDS = 5
const SLOW_MODEL_MS = 3000
const FIRST_FROM_SPARE_MS = 350
const FIRST_COLD_MS = 2000

/** What a cell of Python costs: the first with and without a snapshot or an interpreter that is up, and those after it. */
export async function python(): Promise<readonly Measure[]> {
  const { XDG_CACHE_HOME: before } = process.env
  const cache = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  Object.assign(process.env, { XDG_CACHE_HOME: cache }) // there is no snapshot in it
  try {
    return [await firstRun(), await coldCell(), await spareCell(), await laterCells()]
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else Object.assign(process.env, { XDG_CACHE_HOME: before })
    await rm(cache, { recursive: true, force: true })
  }
}

/** The first of this process, which makes the snapshot. */
async function firstRun(): Promise<Measure> {
  const { firstEndMs } = await timed(firstCell(0), 10)
  return {
    task: 'the first run without a snapshot',
    score: rounded(firstEndMs),
    detail: 'ms from its start to the end of its first cell, a model that takes 0 ms',
    target: `${FIRST_COLD_MS} ms`,
    met: firstEndMs <= FIRST_COLD_MS,
  }
}

async function coldCell(): Promise<Measure> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push((await timed(firstCell(0), 10)).firstEndMs)
  return {
    task: 'a run whose interpreter is not up',
    score: rounded(median(times)),
    detail: `ms from its start to the end of its first cell, a model that takes 0 ms, median of ${times.length}`,
    target: `${FIRST_COLD_MS} ms`,
    met: median(times) <= FIRST_COLD_MS,
  }
}

async function spareCell(): Promise<Measure> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1)
    times.push(...(await timed(firstCell(SLOW_MODEL_MS), 10)).cells.slice(0, 1))
  return {
    task: 'the first cell in an interpreter that is up',
    score: rounded(median(times), 1),
    detail: `ms after the reply of a model that takes ${SLOW_MODEL_MS} ms, median of ${times.length}`,
    target: `${FIRST_FROM_SPARE_MS} ms`,
    met: median(times) <= FIRST_FROM_SPARE_MS,
  }
}

async function laterCells(): Promise<Measure> {
  const script: Script = ({ turns }) => block(turns > CELLS ? 'FINAL(1)' : `a${turns} = ${turns}; a${turns}`)
  const cells = (await timed(script, CELLS + 10)).cells.slice(1, CELLS + 1)
  return {
    task: 'an empty cell',
    score: rounded(median(cells), 2),
    detail: `ms, median of ${cells.length}; p95 ${rounded(percentile(cells, 0.95), 2)}`,
  }
}

/** A root of two cells, the first asked for after so long. */
function firstCell(modelMs: number): Script {
  return ({ turns }) => ({
    kind: 'text',
    text: block(turns === 0 ? '1 + 1' : 'FINAL(1)'),
    delayMs: turns === 0 ? modelMs : 0,
  })
}

interface TimedRun {
  /** How long each cell took, from the reply that held it. */
  readonly cells: readonly number[]
  /** From the start of the run to the end of its first cell. */
  readonly firstEndMs: number
}

async function timed(script: Script, turns: number): Promise<TimedRun> {
  const started = performance.now()
  let firstEndMs: number | undefined
  const run = await runScript(script, turns, {
    repl: 'python',
    limits: { maxTurns: turns },
    onEvent: (event) => {
      if (event.type === 'step' && event.kind === 'cell') firstEndMs ??= performance.now() - started
    },
  })
  await run.cleanUp()
  if (firstEndMs === undefined) throw new Error('no cell ran')
  return { cells: cellTimes(run), firstEndMs }
}
