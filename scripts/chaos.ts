import { parseArgs } from 'node:util'
import { startSimulator } from '@writ/simulator'
import { faultyDiskPlans } from './chaos/disks.ts'
import { randomFrom, randomPlan } from './chaos/plans.ts'
import { script } from './chaos/script.ts'
import { type Outcome, type Plan, runTrial } from './chaos/trial.ts'

// Runs whose process is killed at random points, by a full disk or by a disk that does not flush, and that are resumed
// until they finish. The model is scripted: its server honours idempotency keys and keeps a journal of what it was sent.

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'string', default: '2' },
  },
})

async function trial(plan: Plan): Promise<Outcome> {
  const simulator = await startSimulator({ script, honourKeys: true })
  try {
    return await runTrial(simulator, plan)
  } finally {
    await simulator.stop()
  }
}

const runs = Number(values.runs)
const random = randomFrom(Number(values.seed))
process.stdout.write(`${runs} runs, seed ${values.seed}, scripted model\n`)
const started = performance.now()
const undisturbed = await trial({ cuts: [], signal: 'SIGKILL' })
// The first life is one process and the checks after it; about half of it is the process.
const lifeMs = (performance.now() - started) * 0.6
if (undisturbed.faults.length > 0) throw new Error(`undisturbed: ${undisturbed.faults.join('; ')}`)

const outcomes: Outcome[] = []
const plans: { readonly name: string; readonly plan: Plan }[] = [
  ...(await faultyDiskPlans()),
  ...Array.from({ length: runs }, (_, n) => ({ name: `run ${n + 1}`, plan: randomPlan(random, lifeMs) })),
]
let next = 0
async function worker(): Promise<void> {
  for (let index = next; index < plans.length; index = next) {
    next += 1
    const { name, plan } = plans[index] ?? { name: '', plan: { cuts: [], signal: 'SIGKILL' as const } }
    const outcome = await trial(plan)
    outcomes.push(outcome)
    if (outcome.faults.length > 0)
      process.stdout.write(`${name}: ${outcome.faults.join('; ')}\n  ${JSON.stringify(plan)}\n`)
    if (outcomes.length % 20 === 0) process.stdout.write(`${outcomes.length} of ${plans.length}\n`)
  }
}
await Promise.all(Array.from({ length: Number(values.parallel) }, worker))

const places = new Map<string, number>()
for (const kind of outcomes.flatMap(({ cutAfter }) => cutAfter)) places.set(kind, (places.get(kind) ?? 0) + 1)
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0)
const faults = sum((outcome) => outcome.faults.length)
const cuts = [...places].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`)
process.stdout.write(`${outcomes.length} runs in ${sum(({ lives }) => lives)} lives, ${Math.round((performance.now() - started) / 1000)} s
ended after: ${cuts.join(', ')}
before the run was opened: ${sum(({ unopened }) => unopened)}
requests in doubt sent again under their keys: ${sum(({ reissued }) => reissued)}
faults: ${faults}
`)
process.exitCode = faults === 0 ? 0 : 1
