import { FAULTS, type JournalEntry } from '@writ/simulator'
import type { BenchOptions } from '../bench-options.ts'
import { type Measure, rounded } from '../measure.ts'
import { cancelled } from './cancelled.ts'
import { faultyRun } from './faulty-run.ts'
import { type Reconciled, reconcile } from './reconcile.ts'
import { stalled } from './stalled.ts'

const RATES = [0.05, 0.1, 0.2, 0.35, 0.5]
const SUB_CALLS = 64
const CLOSED_MS = 200
const ENDED_MS = 1_000

/** Whether a run stays true to its model whatever the provider does. */
export async function* faults({ quick }: BenchOptions): AsyncGenerator<Measure> {
  const kinds = Object.keys(FAULTS)
  const sets = [...kinds.map((kind) => [kind]), kinds]
  for (const set of quick ? sets.slice(-1) : sets) {
    // Most of a run is waiting before it tries again, so those of one kind go side by side.
    const runs = await Promise.all(RATES.map((rate) => faultyRun(set, rate, SUB_CALLS)))
    const reconciled = runs.map(reconcile)
    const [name, task] =
      set.length === 1 ? [set[0] ?? '', `fault ${set[0] ?? ''}`] : ['mixed', 'every fault, mixed']
    const points = reconciled.map(({ failed }, n) => ({
      series: name,
      faultShare: RATES[n] ?? Number.NaN,
      requestsPerCall: subRequests(runs[n]?.journal ?? []) / SUB_CALLS,
      errorShare: failed / SUB_CALLS,
    }))
    yield { ...measured(task, reconciled), points }
  }
  yield await atItsLimit()
  const { closedMs, open, later, reconciled } = await cancelled()
  yield {
    task: `cancelled with ${open} requests in flight`,
    score: rounded(closedMs, 1),
    detail: `ms until the last was closed, scripted model; ${later} requests came after${reconciled ? ', each that was sent is charged, and nothing else' : ', CHARGED OTHERWISE THAN SENT'}`,
    target: `${CLOSED_MS} ms, 0 after`,
    met: open > 0 && closedMs <= CLOSED_MS && later === 0 && reconciled,
  }
}

async function atItsLimit(): Promise<Measure> {
  const run = await stalled()
  const differences = run.differences.length === 0 ? '' : `; ${run.differences.slice(0, 3).join('; ')}`
  return {
    task: `at its time limit with ${run.stalled} requests that hang or trickle`,
    score: rounded(run.closedMs, 1),
    detail: `ms until the run was over, scripted model; ${run.later} requests came after, ${run.differences.length} differences to the journal${differences}`,
    target: `${ENDED_MS} ms, 0 after`,
    met: run.stalled > 0 && run.closedMs <= ENDED_MS && run.later === 0 && run.differences.length === 0,
  }
}

function measured(task: string, runs: readonly Reconciled[]): Measure {
  const total = (of: (run: Reconciled) => number): number => runs.reduce((sum, run) => sum + of(run), 0)
  const texts = total((run) => run.textsFromFailures)
  const [lost, resent] = [total((run) => run.lost), total((run) => run.resent)]
  const differences = runs.flatMap((run) => run.differences)
  const rates = RATES.map((rate) => `${rate * 100} %`).join(', ')
  return {
    task,
    score: texts + lost + resent + differences.length,
    detail: `faults of the engine, scripted model, ${SUB_CALLS} sub-calls at ${rates}: ${texts} failures as text, ${lost} lost, ${resent} sent again, ${differences.length} differences to the journal; ${total((run) => run.failed)} told as errors, ${total((run) => run.bound)} requests without usage charged their bound${differences
      .slice(0, 3)
      .map((difference) => `; ${difference}`)
      .join('')}`,
    target: '0',
    met: texts + lost + resent + differences.length === 0,
  }
}

/** Requests of sub-calls: those of the root carry the marker of its task. */
const subRequests = (journal: readonly JournalEntry[]): number =>
  journal.filter(({ task }) => task === null).length
