import { type Attempt, costMicroUsd } from '@writ/contract'
import type { JournalEntry } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import type { Answer } from 'writ'
import { type FaultyRun, PRICE, replyTo } from './faulty-run.ts'
import { reconcile } from './reconcile.ts'

const TOKENS = { inputTokens: 10, outputTokens: 5 }
const CHARGED = { calls: 1, ...TOKENS, costMicroUsd: costMicroUsd(PRICE, 10, 5) }

function entry(n: number, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    n,
    model: 'm',
    task: null,
    key: `key ${n}`,
    authorization: false,
    promptChars: 40,
    arrivedMs: n,
    doneMs: n + 1,
    outcome: 'text',
    status: 200,
    ...TOKENS,
    duplicate: false,
    abortedByClient: false,
    concurrent: 1,
    requestId: `sim-${n}`,
    ...more,
  }
}

function attempt(n: number, more: Partial<Attempt> = {}): Attempt {
  return {
    item: 0,
    attempt: 1,
    status: 200,
    tookMs: 1,
    charged: CHARGED,
    meteredInputTokens: 10,
    meteredOutputTokens: 5,
    sentBytes: 40,
    receivedBytes: 20,
    chargedAs: 'metered',
    requestId: `sim-${n}`,
    ...more,
  }
}

/** A run of two sub-calls in which nothing went wrong, with what a test says otherwise. */
function run(
  more: Partial<Omit<FaultyRun, 'answer'>> & { value?: Answer['value']; boundCalls?: number } = {},
): FaultyRun {
  const { value = [ok(1), ok(2)], boundCalls = 0, ...rest } = more
  const whole = {
    prompts: ['a', 'b'],
    attempts: [attempt(1), attempt(2)],
    journal: [entry(1), entry(2)],
    ...rest,
  }
  const sum = (of: (attempt: Attempt) => number): number =>
    whole.attempts.reduce((total, a) => total + of(a), 0)
  const usage = {
    modelCalls: sum(({ charged }) => charged.calls),
    inputTokens: sum(({ charged }) => charged.inputTokens),
    outputTokens: sum(({ charged }) => charged.outputTokens),
    costMicroUsd: sum(({ charged }) => charged.costMicroUsd),
    boundCalls,
  }
  return { ...whole, answer: { value, usage } as unknown as Answer }
}

const ok = (n: number): { ok: true; value: string } => ({ ok: true, value: replyTo(n === 1 ? 'a' : 'b') })

describe('reconcile', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(reconcile(run())).toEqual({
      textsFromFailures: 0,
      lost: 0,
      resent: 0,
      differences: [],
      failed: 0,
      bound: 0,
    })
  })

  it('tells a failure that became text, an item without outcome, and one told as an error', () => {
    expect(
      reconcile(run({ value: [ok(1), { ok: true, value: 'Internal server error' }] })).textsFromFailures,
    ).toBe(1)
    expect(reconcile(run({ value: [ok(1)] }))).toMatchObject({ lost: 1, failed: 0 })
    const told = { ok: false, error: { code: 'MODEL_FAILED' } }
    expect(reconcile(run({ value: [ok(1), told] }))).toMatchObject({ lost: 0, failed: 1 })
  })

  it('tells a request that was sent again after its reply had been delivered', () => {
    const again = [entry(1), entry(2), entry(3, { key: 'key 2' })]
    const attempts = [attempt(1), attempt(2), attempt(3)]
    expect(reconcile(run({ journal: again, attempts }))).toMatchObject({ resent: 1, differences: [] })
    const failed = [entry(1, { outcome: 'reset', status: null }), entry(2), entry(3, { key: 'key 1' })]
    const bound = attempt(1, { chargedAs: 'bound', requestId: null })
    expect(
      reconcile(run({ journal: failed, attempts: [bound, attempt(2), attempt(3)], boundCalls: 1 })),
    ).toMatchObject({ resent: 0, bound: 1, differences: [] })
  })

  it('tells a token, a micro-dollar and a request that only one side knows', () => {
    const { differences } = reconcile(run({ journal: [entry(1, { inputTokens: 11 }), entry(2)] }))
    expect(differences).toEqual([
      'input tokens: 20 and 21',
      expect.stringMatching(/^micro-dollars: \d+ and \d+$/),
      'tokens of sim-1: 15 and 16',
    ])
    expect(reconcile(run({ journal: [entry(1), entry(2), entry(3)] })).differences).toContain(
      'requests in records and journal: 2 and 3',
    )
  })
})
