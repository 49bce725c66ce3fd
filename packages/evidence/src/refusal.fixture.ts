import type { TrustRoot } from '@writ/contract'
import fc from 'fast-check'
import { expect } from 'vitest'
import { OWNER } from './sample-run.fixture.ts'
import { VERDICT_NAMES, type VerdictName } from './verdict.ts'
import type { VerdictCode } from './verdict-codes.ts'
import { verifyEvidence } from './verify.ts'

// Judges generated mutations against what may refuse them. For tests only.

type Codes = Readonly<Partial<Record<VerdictName, readonly VerdictCode[]>>>

type Failures = ReadonlyMap<VerdictName, VerdictCode>

/** What refuses a mutation: every verdict of `by` with one of its codes, those of `also` perhaps, and nothing else. */
export interface Refusal {
  readonly by: Codes
  readonly also?: Codes
  /** What refuses it instead. */
  readonly or?: Refusal
}

/** Mutations of each class, at least. */
const EACH = 100
const SEED = Number(process.env.WRIT_SEED ?? 20_261_125)

/** So many different values; fails when there are not. */
export function distinct<T>(made: fc.Arbitrary<T>, count: number = EACH): readonly T[] {
  const found = new Map<string, T>()
  for (let round = 0; found.size < count && round < 20; round++) {
    for (const one of fc.sample(made, { seed: SEED + round, numRuns: count })) {
      if (found.size < count) found.set(JSON.stringify(one), one)
    }
  }
  expect(found.size, `different mutations with WRIT_SEED=${SEED}`).toBe(count)
  return [...found.values()]
}

/** Judges the file each mutation makes, which this has to refuse. A failure shows mutation and seed. */
export async function expectRefused<T>(
  mutations: readonly T[],
  make: (mutation: T) => Promise<Uint8Array>,
  refusal: Refusal | ((mutation: T) => Refusal),
  trust: TrustRoot = OWNER.trust(),
): Promise<void> {
  expect(mutations.length).toBeGreaterThanOrEqual(1)
  for (const mutation of mutations) {
    const due = typeof refusal === 'function' ? refusal(mutation) : refusal
    const failed = await failures(await make(mutation), trust)
    const fault = faultOf(failed, due)
    if (fault !== undefined) expect.fail(`${fault}; WRIT_SEED=${SEED}, mutation ${shown(mutation)}`)
  }
}

async function failures(bytes: Uint8Array, trust: TrustRoot): Promise<Failures> {
  const { ok, verdicts } = await verifyEvidence(bytes, { trust })
  const failed = verdicts.filter(({ result }) => result === 'fail')
  expect(ok).toBe(failed.length === 0)
  return new Map(failed.map(({ name, code }) => [name, code]))
}

/** Why it was not refused as it has to be; undefined when it was. */
function faultOf(failed: Failures, refusal: Refusal): string | undefined {
  const fault = misfit(failed, refusal)
  return fault === undefined || refusal.or === undefined ? fault : faultOf(failed, refusal.or)
}

function misfit(failed: Failures, { by, also = {} }: Refusal): string | undefined {
  for (const name of VERDICT_NAMES) {
    const code = failed.get(name)
    const allowed = by[name] ?? (code === undefined ? [] : also[name])
    if (code === undefined ? by[name] !== undefined : !allowed?.includes(code)) {
      return `${name} gives ${code ?? 'no failure'} instead of ${allowed?.join(' or ') ?? 'none'}`
    }
  }
  return undefined
}

function shown(mutation: unknown): string {
  return Array.isArray(mutation)
    ? mutation.map(({ seq, lane, n, kind }) => `${seq} ${lane}/${n} ${kind}`).join(', ')
    : JSON.stringify(mutation)
}
