import { type AnyRecord, canonicalJson } from '@writ/evidence'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { charged, det, type Forgery, limits, priced, single } from './keyed-alterations.fixture.ts'
import { AMOUNTS } from './keyed-amounts.fixture.ts'
import { FLOWS } from './keyed-flows.fixture.ts'
import { judgeAgain } from './keyed-run.fixture.ts'
import { type KeyedRuns, keyedRuns } from './keyed-runs.fixture.ts'
import { STEPS } from './keyed-steps.fixture.ts'

// Records of honest runs, altered by whoever keeps the keys so that two of them contradict each other, and signed again.
// Each has to be refused, but for those of `UNSTATED`: what no other record states cannot be contradicted.

let runs: KeyedRuns

beforeAll(async () => {
  runs = await keyedRuns()
})
afterAll(() => runs.close())

/** The forgeries by what they contradict. */
const MECHANISMS: Readonly<Record<string, readonly Forgery[]>> = { ...STEPS, ...AMOUNTS, ...FLOWS }

/** What passes, each with the reason that no other record states it. */
const UNSTATED: readonly (Forgery & { readonly because: string })[] = [
  {
    ...charged(
      'fewer tokens metered',
      'wide',
      single,
      ({ meteredInputTokens, charged: { outputTokens } }) => ({
        meteredInputTokens: (meteredInputTokens ?? 0) - 10,
        charged: priced((meteredInputTokens ?? 0) - 10, outputTokens),
      }),
    ),
    because: 'What a provider metered is told by the attempt alone; the bytes sent only bound it from below.',
  },
  {
    ...limits('a limit of time that the run kept', { timeoutMs: 900_000 }),
    because: 'A limit that nothing came near is told by the opening record alone.',
  },
  {
    name: 'fewer bytes read, and documents no longer told one by one',
    of: 'wide',
    forge: ({ records, disclosures }) => ({
      records: records.map((record): AnyRecord => {
        if (record.kind !== 'run.close') return record
        const { perDocument: _, ...coverage } = record.obs.coverage
        return { ...record, obs: { ...record.obs, coverage: { ...coverage, read: coverage.touched } } }
      }),
      disclosures: disclosures.filter(({ field }) => field !== 'run.close/perDocument'),
    }),
    because:
      'Which bytes of a document a read handed over is in a commitment; that text came from it is all there is.',
  },
  {
    ...det('more fuel', 'wide', 'cell', ({ det: { fuel } }) => ({
      fuel: fuel + 1,
    })),
    because: 'The fuel of a cell is told by its record alone; doing the run again tells another.',
  },
  {
    name: 'no item of any batch names its request',
    of: 'wide',
    forge: ({ records }) =>
      records.map((record): AnyRecord => {
        if (record.kind !== 'model.item') return record
        const { input: _, ...det } = record.det
        return { ...record, det }
      }),
    because:
      'So does a run from before they did. Who can sign this can as well sign another answer of a model.',
  },
]

async function judge(forgery: Forgery): Promise<readonly string[]> {
  const run = runs[forgery.of]
  const forged = forgery.forge(run)
  const { records, disclosures } = 'records' in forged ? forged : { records: forged, disclosures: undefined }
  expect(canonicalJson(records), `${forgery.name} changes nothing`).not.toBe(canonicalJson(run.records))
  const report = await judgeAgain(run, records, disclosures)
  expect(report.ok).toBe(report.verdicts.every(({ result }) => result !== 'fail'))
  return report.verdicts
    .filter(({ result }) => result === 'fail')
    .map(({ name, code, at }) => `${name} ${code} ${at}`)
}

describe('the honest runs verify', () => {
  it.each(['wide', 'shares', 'limited', 'builtin'] as const)('%s, signed again as it was', async (name) => {
    const report = await judgeAgain(runs[name], runs[name].records)
    expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(report.verdicts.find((verdict) => verdict.name === 'POLICY')?.result).toBe('pass')
  })
})

describe.each(Object.entries(MECHANISMS))('%s', (_, forgeries) => {
  it.each(forgeries)('$name is refused', async (forgery) => {
    const failed = await judge(forgery)
    expect(failed).not.toEqual([])
    // Signed with the right keys, so nothing but what the records say gives it away.
    expect(failed.filter((verdict) => /^(INTEGRITY|AUTHORITY|REPLAY) /.test(verdict))).toEqual([])
    expect(failed.filter((verdict) => verdict.includes('INTERNAL'))).toEqual([])
  })
})

describe('what no other record states', () => {
  it.each(UNSTATED)('$name passes: $because', async (forgery) => {
    expect(await judge(forgery)).toEqual([])
  })
})

it('there are enough of them', () => {
  const all = Object.values(MECHANISMS).flat()
  expect(all.length).toBeGreaterThanOrEqual(60)
  expect(Object.keys(MECHANISMS).length).toBeGreaterThanOrEqual(20)
  expect(UNSTATED.length).toBeLessThanOrEqual(5)
})
