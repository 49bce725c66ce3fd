import {
  type Amount,
  DEFAULT_LIMITS,
  type ModelCaller,
  type ModelProfile,
  type ModelReply,
  WritError,
} from '@writ/contract'
import { describe, expect, it } from 'vitest'
import {
  type AttemptPorts,
  attemptBound,
  attemptRequest,
  inputBound,
  MAX_BEGUN,
  type Request,
} from './attempts.ts'
import { BudgetPool } from './budget-pool.ts'
import { ModelSlots, realTime } from './model-slots.ts'

const price = { inputNanoUsd: 1000, outputNanoUsd: 2000 }
const profile = { id: 'm', price } as unknown as ModelProfile
const messages = [{ role: 'user' as const, text: 'héllo' }]
const request: Request = {
  profile,
  messages,
  maxOutputTokens: 100,
  bound: attemptBound(profile, inputBound(messages), 100),
  idempotencyKey: 'key',
  item: 0,
}

function reply(inputTokens: number | null, outputTokens: number | null): ModelReply {
  const bytes = { sentBytes: 6, receivedBytes: 2 }
  return {
    text: 'ok',
    finishReason: 'stop',
    inputTokens,
    outputTokens,
    ...bytes,
    requestId: 'r',
    status: 200,
  }
}

function failure(status: number, mayHaveRun: boolean, retryAfterMs: number | null = 0): WritError {
  return new WritError('MODEL_FAILED', `status ${status}`, {
    data: { status, mayHaveRun, retryAfterMs, requestId: null },
  })
}

/** Ports over a real pool; the caller plays the given outcomes in order. */
function ports(
  outcomes: (ModelReply | WritError)[],
  maxCalls = 100,
): { ports: AttemptPorts; pool: BudgetPool; keys: string[] } {
  const pool = new BudgetPool({ ...DEFAULT_LIMITS, maxCalls })
  const keys: string[] = []
  const callModel: ModelCaller = (_model, { headers }) => {
    keys.push(headers['idempotency-key'] ?? '')
    const next = outcomes.shift()
    return next instanceof WritError ? Promise.reject(next) : Promise.resolve(next ?? reply(1, 1))
  }
  const signal = new AbortController().signal
  return {
    pool,
    keys,
    ports: {
      callModel,
      slots: new ModelSlots(
        4,
        {},
        realTime(() => 0),
      ),
      demand: { depth: 0, tokens: 0 },
      monotonic: () => 0,
      reserve: () => pool.reserve(request.bound, signal),
      retrying: () => Promise.resolve(),
    },
  }
}

const never = new AbortController().signal

describe('attemptRequest', () => {
  it('bounds input by bytes, not characters', () => {
    expect(inputBound(messages)).toBe(6 + 8 + 16)
  })

  it('charges what the provider metered and refunds the rest', async () => {
    const { ports: given, pool } = ports([reply(7, 3)])
    const { charged } = await attemptRequest(request, given, never)
    expect(charged).toEqual<Amount>({ calls: 1, inputTokens: 7, outputTokens: 3, costMicroUsd: 13 })
    expect(pool.spent).toEqual(charged)
  })

  it.each([
    ['nothing', null, null],
    ['no input', null, 3],
    ['no output', 7, null],
    ['less than the bytes can be', 0, 3],
    ['more than was reserved', 7, 101],
  ])(
    'charges the whole bound where the provider says %s, and keeps what it said',
    async (_, input, output) => {
      const { ports: given, pool } = ports([reply(input, output)])
      const { charged, attempts } = await attemptRequest(request, given, never)
      expect([charged, pool.spent]).toEqual([request.bound, request.bound])
      expect(attempts).toMatchObject([
        { chargedAs: 'bound', meteredInputTokens: input, meteredOutputTokens: output, sentBytes: 6 },
      ])
    },
  )

  it('retries 500 and 429 under the same idempotency key, each attempt counted', async () => {
    const { ports: given, pool, keys } = ports([failure(500, false), failure(429, false), reply(1, 1)])
    const attempted = await attemptRequest(request, given, never)
    expect(attempted.result.ok).toBe(true)
    expect(attempted.attempts.map((attempt) => attempt.status)).toEqual([500, 429, 200])
    expect(pool.spent.calls).toBe(3)
    expect(new Set(keys)).toEqual(new Set(['key']))
  })

  it('charges the bound of an attempt that may have run, and nothing but the call for one that did not', async () => {
    const { ports: given } = ports([failure(0, true), failure(503, false), reply(1, 1)])
    const { attempts } = await attemptRequest(request, given, never)
    expect(attempts[0]?.charged).toEqual(request.bound)
    expect(attempts[1]?.charged).toEqual({ calls: 1, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 })
    expect(attempts).toMatchObject([
      { chargedAs: 'bound', sentBytes: 6, receivedBytes: 0, meteredInputTokens: null },
      { chargedAs: 'nothing', sentBytes: 6, receivedBytes: 0 },
      { chargedAs: 'metered', sentBytes: 6, receivedBytes: 2, meteredInputTokens: 1 },
    ])
  })

  it('gives up after its attempts with the error, never with text', async () => {
    const { ports: given, keys } = ports(Array.from({ length: 10 }, () => failure(500, false)))
    const { result } = await attemptRequest(request, given, never)
    expect(result).toMatchObject({ ok: false, error: { code: 'MODEL_FAILED' } })
    expect(keys).toHaveLength(4)
  })

  it('does not retry what the provider rejects', async () => {
    const rejected = new WritError('MODEL_REJECTED', 'no', { data: { status: 400, mayHaveRun: false } })
    const { ports: given, keys } = ports([rejected])
    await attemptRequest(request, given, never)
    expect(keys).toHaveLength(1)
  })

  it('numbers on from what was begun before, charged or not', async () => {
    const { ports: given } = ports([failure(500, false), reply(1, 1)])
    const begun: number[] = []
    const retrying = (attempt: number): Promise<void> => Promise.resolve(void begun.push(attempt))
    const earlier = { begun: 3, charged: [] }
    const { attempts } = await attemptRequest({ ...request, earlier }, { ...given, retrying }, never)
    expect(begun).toEqual([4, 5])
    expect(attempts.map(({ attempt }) => attempt)).toEqual([4, 5])
  })

  it('does not send for ever what each process died of', async () => {
    const { ports: given, keys } = ports([failure(500, false), failure(500, false)])
    const begunBefore = (begun: number): Request => ({ ...request, earlier: { begun, charged: [] } })
    const { result } = await attemptRequest(begunBefore(MAX_BEGUN - 1), given, never)
    expect(keys).toHaveLength(1)
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'MODEL_FAILED', message: expect.stringContaining('begun 64 times') },
    })
    await attemptRequest(begunBefore(MAX_BEGUN), given, never)
    expect(keys).toHaveLength(1)
  })

  it('stops retrying at the limit of calls', async () => {
    const { ports: given, pool } = ports([failure(500, false), failure(500, false), reply(1, 1)], 2)
    const { result } = await attemptRequest(request, given, never)
    expect(result).toMatchObject({ ok: false, error: { code: 'BUDGET_EXCEEDED' } })
    expect(pool.spent.calls).toBe(2)
  })
})
