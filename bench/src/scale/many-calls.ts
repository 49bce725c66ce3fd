import { block, type Script } from '@writ/simulator'
import { type Measure, median, type Point, rounded } from '../measure.ts'
import { type Cell, oneRun } from '../one-run.ts'

const BATCH = 250
const CALLS = { all: 10_000, quick: 4_000 }
/** What the second half may take of the first half's time, and how far memory may rise from the second quarter to the last. */
const LINEAR = 1.25
const FLAT = 1.2
/**
 * One size for young objects: V8 doubles the room for them once enough has outlived a collection, early or late in a run, and
 * then a step of 50 MB tells nothing of what the run holds.
 */
const YOUNG = ['--min-semi-space-size=16', '--max-semi-space-size=16']

/** One run of very many sub-calls, a batch a cell: what it takes must not grow with how many came before. */
export async function manyCalls(quick: boolean): Promise<readonly Measure[]> {
  const calls = quick ? CALLS.quick : CALLS.all
  const batches = calls / BATCH
  const script: Script = ({ task, turns, prompt }) => {
    if (task === null) return `The reply to ${prompt}.`
    if (turns === 0) return block('let done = 0;')
    if (turns > batches) return block('FINAL(done);')
    const prompts = `Array.from({ length: ${BATCH} }, (_, n) => 'item ${turns} ' + n)`
    return block(`done += (await llm_query_batched(${prompts})).length;\nprint(done);`)
  }
  const limits = { maxCalls: 2 * calls, maxTurns: batches + 10 }
  const asked = { query: 'SIMTASK:many go', limits, memoryOfCells: true }
  const { answer, cells, peak } = await oneRun(script, asked, () => 'a needle in a line\n', YOUNG)
  const own = cells.slice(0, batches + 1)
  const times = timeOfHalves(own)
  const rise = riseOf(own)
  const complete = answer.answer === String(calls)
  const ended = complete ? '' : `; THE RUN IS ${answer.status}: ${answer.reason ?? answer.answer ?? ''}`
  const name = `${calls.toLocaleString('en-US')} sub-calls in one run`
  return [
    {
      task: `${name}, time`,
      score: rounded(times.second / times.first, 2),
      detail: `× the first half's time for the second half, scripted model; ${rounded((times.first + times.second) / calls, 2)} ms a call${ended}`,
      target: `${LINEAR} ×`,
      met: complete && times.second <= LINEAR * times.first,
    },
    {
      task: `${name}, memory`,
      score: rounded(rise, 2),
      detail: `× in the last quarter what it was in the second, PSS of all processes, scripted model; ${rounded(peak.bytes / 1e6)} MB at the peak${ended}`,
      target: `${FLAT} ×`,
      met: complete && rise <= FLAT,
      points: own.map(pointOf),
    },
  ]
}

function timeOfHalves(cells: readonly Cell[]): { first: number; second: number } {
  const at = (share: number): number => cells[Math.floor((cells.length - 1) * share)]?.atMs ?? Number.NaN
  return { first: at(0.5) - at(0), second: at(1) - at(0.5) }
}

/** The first quarter is left out: in it compilers and heaps still grow to what they need. */
function riseOf(cells: readonly Cell[]): number {
  const quarter = Math.floor(cells.length / 4)
  const usual = (part: readonly Cell[]): number => median(part.map(({ bytes }) => bytes ?? Number.NaN))
  return usual(cells.slice(-quarter)) / usual(cells.slice(quarter, 2 * quarter))
}

const pointOf = ({ atMs, bytes }: Cell, batches: number): Point => ({
  series: `one run, ${BATCH} calls a cell`,
  callsSoFar: batches * BATCH,
  seconds: atMs / 1000,
  memoryBytes: bytes ?? Number.NaN,
})
