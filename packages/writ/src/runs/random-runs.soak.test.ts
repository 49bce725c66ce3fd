import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, isWritError } from '@writ/contract'
import { Random, type Reply, type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit, type WritOptions } from '../index.ts'
import { bookFaults, evidenceFaults } from './checked-run.fixture.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { type RandomRun, randomRun } from './random-runs.fixture.ts'

// Runs drawn at random, each cut off and resumed, forked, verified and done again. The model is scripted.
// WRIT_SEEDS sets from where to where seeds go.

const [FROM = 0, TO = 25] = (process.env.WRIT_SEEDS ?? '').split('-').filter(Boolean).map(Number)
const PRICE = { inputNanoUsd: 1_250, outputNanoUsd: 10_000 }

let place: string
let simulator: Simulator

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-random-'))
})

afterEach(async () => {
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

const AT_ONCE = { 'retry-after-ms': '1' }
const FAULTS: readonly Reply[] = [
  { kind: 'status', status: 500, headers: AT_ONCE },
  { kind: 'status', status: 429, headers: AT_ONCE },
  { kind: 'status', status: 400 },
  { kind: 'reset' },
  { kind: 'reset', afterHeaders: true },
  { kind: 'malformed' },
  { kind: 'text', text: '' },
]

/** Fails a part of the attempts, whatever is asked. */
function failing(random: Random, script: Script): Script {
  return (request) => (random.unit() < 0.12 ? random.pick(FAULTS) : script(request))
}

async function optionsOf(random: Random): Promise<WritOptions> {
  const policy = await bundleThat(join(place, 'policy'), (facts) => {
    const clearance = random.pick(['confidential', 'secret'])
    facts.users = { $os: { clearance, active: true, purposes: ['general'] } }
    const maxLevel = random.pick(['internal', 'confidential', 'secret'] as const)
    facts.models.byId['any/other'] = { ...facts.models.defaults.loopback, maxLevel }
  })
  const list = random.below(3) === 0
  return {
    home: join(place, 'home'),
    policy,
    baseUrl: simulator.url,
    apiKey: 'x',
    price: PRICE,
    model: list ? ['any/other', 'any/model'] : 'any/model',
    subModel: random.pick([
      ['any/other', 'any/model'],
      ['any/model', 'any/other'],
    ]),
  }
}

/** What it comes to, whenever it is done again with nothing in it that time decides. */
const essence = ({ value, label, status, citations }: Answer): unknown => ({
  value,
  label,
  status,
  citations,
})

it.each(Array.from({ length: TO - FROM }, (_, n) => FROM + n))(
  'run %i holds, cut off, resumed, forked and done again',
  async (seed) => {
    const random = new Random(`how ${seed}`)
    const limited = random.below(2) === 0
    const faulty = random.below(3) === 0
    const drawn = randomRun(seed, { limited })
    const script = faulty ? failing(random, drawn.script) : drawn.script
    simulator = await startSimulator({ script, honourKeys: true })
    const options = await optionsOf(random)
    const home = options.home ?? ''
    const answer = await asked(options, drawn)
    expect(await bookFaults(answer, home, simulator, drawn.asked.limits ?? {}), 'books').toEqual([])
    expect(await evidenceFaults(answer, home), 'first').toEqual([])
    const same = !drawn.timed && !faulty
    const size = await countRecords(home, answer.run)
    for (let n = 0; n < 3; n += 1) {
      const [cut, at] = [join(place, `cut-${n}`), 1 + random.below(size)]
      const from = n < 2 ? home : join(place, 'cut-0')
      await cutRun(from, answer.run, at, cut)
      const resumed = await resumedIn(cut, answer.run)
      const where = `resumed after ${at} of ${size}`
      expect(await evidenceFaults(resumed, cut), where).toEqual([])
      if (same) expect(essence(resumed), where).toEqual(essence(answer))
    }
    await forked(answer, home, random, same)
  },
  240_000,
)

async function resumedIn(home: string, run: string): Promise<Answer> {
  const writ = await createWrit({ home, apiKey: 'x' })
  try {
    return await writ.resume(run)
  } finally {
    await writ.close()
  }
}

async function asked(options: WritOptions, { asked }: RandomRun): Promise<Answer> {
  const writ = await createWrit(options)
  try {
    return await writ.completion({ query: '', context: '', ...asked })
  } finally {
    await writ.close()
  }
}

const BORDERS: ReadonlySet<string> = new Set(['run.open', 'strategy.chosen', 'output.release', 'run.close'])

/** Forks a run, then the fork. */
async function forked(first: Answer, home: string, random: Random, same: boolean): Promise<void> {
  let run = first.run
  for (let n = 0; n < 2; n += 1) {
    const writ = await createWrit({ home, apiKey: 'x' })
    try {
      const steps = (await writ.show(run)).steps.filter(({ kind }) => !BORDERS.has(kind))
      if (steps.length === 0) return
      const { lane, n: step, kind } = random.pick(steps)
      const answer = await writ.fork(run, { at: { lane, n: step } }).catch((error: unknown) => {
        if (isWritError(error) && error.code === 'BAD_FORK') return undefined
        throw error
      })
      if (answer === undefined) return
      const where = `fork ${n} at ${lane}/${step} ${kind}`
      expect(await evidenceFaults(answer, home), where).toEqual([])
      if (same) expect(essence(answer), where).toEqual(essence(first))
      run = answer.run
    } finally {
      await writ.close()
    }
  }
}
