import { type Script, tree as treeOf } from '@writ/simulator'
import { type Measure, median, rounded } from './measure.ts'
import { type OneRun, oneRun } from './one-run.ts'

const CHILDREN = 32
const CALL_MS = 100
const ROUNDS = 3
const EACH_MS = 40
const CPU_S = 4
const PSS_MB = 350

/** Every turn and every sub-call takes the same time: a child takes three of them. */
const script: Script = (request) => {
  const root = request.task !== null && !request.task.startsWith('level-')
  const reply = treeOf(1, CHILDREN, () => 'a leaf')(request)
  return typeof reply === 'string' && !root ? { kind: 'text', text: reply, delayMs: CALL_MS } : reply
}

/** Many children at once: what each costs beyond waiting, and what the processes take together. */
export async function frameTree(): Promise<readonly Measure[]> {
  const runs: OneRun[] = []
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await run())
  const ideal = 3 * CALL_MS
  const each = (median(runs.map(({ cells }) => cells[0]?.tookMs ?? Number.NaN)) - ideal) / CHILDREN
  const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds))
  const peak = median(runs.map((one) => one.peak.bytes)) / 1e6
  return [
    {
      task: `each of ${CHILDREN} children at once, beyond the ideal`,
      score: rounded(each, 1),
      detail: `ms; all took ${rounded(each * CHILDREN + ideal)} ms, ideal ${ideal} ms, scripted model`,
      target: `${EACH_MS} ms`,
      met: each <= EACH_MS,
    },
    {
      task: 'CPU of the run, start included',
      score: rounded(cpu, 2),
      detail: 's, of its processes together',
      target: `${CPU_S} s`,
      met: cpu <= CPU_S,
    },
    {
      task: 'memory of the run at its peak',
      score: rounded(peak),
      detail: 'MB, PSS of its processes together',
      target: `${PSS_MB} MB`,
      met: peak <= PSS_MB,
    },
  ]
}

async function run(): Promise<OneRun> {
  const asked = { query: 'SIMTASK:root go', limits: { concurrency: CHILDREN, maxCalls: 10 * CHILDREN } }
  const done = await oneRun(script, asked, () => [
    { id: 'a.txt', text: 'a needle in a line\n'.repeat(2_000) },
  ])
  if (done.answer.status !== 'complete') throw new Error(`the run ended as ${done.answer.status}`)
  return done
}
