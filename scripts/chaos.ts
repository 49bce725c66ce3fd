import { parseArgs } from 'node:util'
import { Random, startSimulator } from '@writ/simulator'
import { faultyDiskPlans } from './chaos/disks.ts'
import { damagePlans, randomPlan, type Span } from './chaos/plans.ts'
import { BATCH_ITEMS, FRAMES, SCENARIOS, type Scenario } from './chaos/scenarios.ts'
import { type CutShort, type Outcome, type Plan, runTrial } from './chaos/trial.ts'

// Runs whose process is killed at random points, by a full disk or by a disk that does not flush, or whose ledger is damaged
// then, and that are resumed until they finish. The model is scripted: its server honours idempotency keys and keeps a journal of what it was sent.

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'string', default: '2' },
    /** Name of the one scenario that the runs are of; the damage to ledgers and disks is left out then. */
    only: { type: 'string' },
  },
})

/** For so many runs, each kind of damage to the ledger is tried once. */
const RUNS_PER_DAMAGE = 20

async function trial(plan: Plan): Promise<Outcome> {
  const { script } = plan.scenario ?? FRAMES
  const simulator = await startSimulator({ script, honourKeys: true })
  try {
    return await runTrial(simulator, plan)
  } finally {
    await simulator.stop()
  }
}

const only = values.only
const scenarios = SCENARIOS.filter(({ name }) => only === undefined || name === only)
if (scenarios.length === 0)
  throw new Error(`--only is one of: ${SCENARIOS.map(({ name }) => name).join(', ')}`)
const runs = Number(values.runs)
const random = new Random(`chaos\n${values.seed}`)
process.stdout.write(`${runs} runs, seed ${values.seed}, scripted model\n`)
const started = performance.now()
const spans = new Map<Scenario, Span>()
for (const scenario of scenarios) spans.set(scenario, await undisturbed(scenario))
const spanOf = (scenario: Scenario): Span => spans.get(scenario) ?? { lines: 1, startMs: 0, lifeMs: 0 }

/** How long a scenario takes that nobody kills; it has to end as it must. */
async function undisturbed(scenario: Scenario): Promise<Span> {
  const { faults: wrong, lives } = await trial({ scenario, cuts: [], signal: 'SIGKILL' })
  const [life] = lives
  if (wrong.length > 0 || life === undefined)
    throw new Error(`${scenario.name}, undisturbed: ${wrong.join('; ')}`)
  return { lines: life.out.split('\n').length - 1, startMs: life.startMs, lifeMs: life.lifeMs }
}

const outcomes: Outcome[] = []
const plans: { readonly name: string; readonly plan: Plan }[] = [
  ...(only === undefined ? await faultyDiskPlans() : []),
  ...(only === undefined ? damagePlans(random, spanOf(FRAMES), Math.ceil(runs / RUNS_PER_DAMAGE)) : []),
  ...Array.from({ length: runs }, (_, n) => {
    const scenario = scenarios[n % scenarios.length] ?? FRAMES
    return { name: `run ${n + 1}, ${scenario.name}`, plan: randomPlan(random, scenario, spanOf(scenario)) }
  }),
]
let next = 0
async function worker(): Promise<void> {
  for (let index = next; index < plans.length; index = next) {
    next += 1
    const { name, plan } = plans[index] ?? { name: '', plan: { cuts: [], signal: 'SIGKILL' as const } }
    const outcome = await trial(plan)
    outcomes.push(outcome)
    if (outcome.faults.length > 0)
      process.stdout.write(
        `${name}: ${outcome.faults.join('; ')}\n  ${JSON.stringify({ ...plan, scenario: undefined })}\n`,
      )
    if (outcomes.length % 20 === 0) process.stdout.write(`${outcomes.length} of ${plans.length}\n`)
  }
}
await Promise.all(Array.from({ length: Number(values.parallel) }, worker))

const cuts = outcomes.flatMap((outcome) => outcome.cuts)
const opened = cuts.filter(({ after }) => after !== undefined)
const many = (what: (cut: CutShort) => boolean): number => opened.filter(what).length
const kills = many(({ by }) => by === 'SIGKILL')
const places = new Map<string, number>()
for (const { after = 'nothing' } of opened) places.set(after, (places.get(after) ?? 0) + 1)
const where = [...places].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`)
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0)
const damaged = (what: Outcome['damage']): number => outcomes.filter(({ damage }) => damage === what).length
const inBatch = outcomes
  .flatMap(({ openBatches }) => openBatches)
  .filter(({ keys }) => keys.size === BATCH_ITEMS)
const faults = sum((outcome) => outcome.faults.length)
process.stdout.write(`${outcomes.length} runs in ${sum(({ lives }) => lives.length)} lives, ${Math.round((performance.now() - started) / 1000)} s
SIGKILL of an opened run: ${kills}, of these ${many(({ by, resumed }) => by === 'SIGKILL' && resumed)} while it was resumed
other ends of an opened run: SIGTERM ${many(({ by }) => by === 'SIGTERM')}, disk ${many(({ by }) => by === 'disk')}
ended before a run was opened: ${cuts.length - opened.length}
last record at the end: ${where.join(', ')}
requests in doubt sent again under their keys: ${sum(({ reissued }) => reissued)}
ends inside a batch of ${BATCH_ITEMS}: ${inBatch.length}; of their ${inBatch.length * BATCH_ITEMS} items ${inBatch.reduce((total, { returned }) => total + returned, 0)} had come back and were not sent again
damaged logs: ${damaged('refused until accepted')} refused until accepted, ${damaged('nothing was lost')} that lost nothing
requests of theirs sent again knowingly: ${sum(({ paidAgain }) => paidAgain)}
faults: ${faults}
`)
process.exitCode = faults === 0 ? 0 : 1
