import {
  type Amount,
  addAmounts,
  DEFAULT_LIMITS,
  type Limits,
  NOTHING,
  type Share,
  withinLimits,
} from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BudgetPool, type Reservation, type StandingReservation } from './budget-pool.ts'

const never = new AbortController().signal

function amount(calls: number, tokens: number, costMicroUsd = 0): Amount {
  return { calls, inputTokens: tokens, outputTokens: 0, costMicroUsd }
}

function limits(
  maxCalls: number,
  maxTokens: number | null = null,
  maxCostMicroUsd: number | null = null,
): Limits {
  return { ...DEFAULT_LIMITS, maxCalls, maxTokens, maxCostMicroUsd }
}

/** What became of a promise so far: pending promises stay pending. */
async function state(promise: Promise<unknown>): Promise<'granted' | 'refused' | 'waiting'> {
  const marker = Symbol('waiting')
  const settled = await Promise.race([
    promise.then(
      () => 'granted' as const,
      () => 'refused' as const,
    ),
    new Promise<typeof marker>((resolve) => setImmediate(() => resolve(marker))),
  ])
  return settled === marker ? 'waiting' : settled
}

describe('BudgetPool', () => {
  it('grants what fits and refuses the first that cannot, naming the limit', async () => {
    const pool = new BudgetPool(limits(2))
    await pool.reserve(amount(1, 0), never)
    await pool.reserve(amount(1, 0), never)
    await expect(pool.reserve(amount(1, 0), never)).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('limit of 2 model calls'),
    })
  })

  it('lets a call wait for tokens that may come back, and grants it when they do', async () => {
    const pool = new BudgetPool(limits(10, 100))
    const first = await pool.reserve(amount(1, 80), never)
    const second = pool.reserve(amount(1, 80), never)
    expect(await state(second)).toBe('waiting')
    first.settle(amount(1, 10))
    expect(await state(second)).toBe('granted')
  })

  it('refuses a waiting call as soon as no refund can make it fit', async () => {
    const pool = new BudgetPool(limits(10, 100))
    const first = await pool.reserve(amount(1, 80), never)
    const second = pool.reserve(amount(1, 80), never)
    first.settle(amount(1, 70))
    await expect(second).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' })
  })

  it('does not wait for calls: a call in flight is spent whatever it returns', async () => {
    const pool = new BudgetPool(limits(1))
    await pool.reserve(amount(1, 0), never)
    expect(await state(pool.reserve(amount(1, 0), never))).toBe('refused')
  })

  it('serves waiting calls first come first served', async () => {
    const pool = new BudgetPool(limits(10, 100))
    const first = await pool.reserve(amount(1, 100), never)
    const big = pool.reserve(amount(1, 90), never)
    const small = pool.reserve(amount(1, 5), never)
    expect([await state(big), await state(small)]).toEqual(['waiting', 'waiting'])
    first.settle(amount(1, 0))
    expect([await state(big), await state(small)]).toEqual(['granted', 'granted'])
  })

  it('keeps held room from everyone else until it is used or given back', async () => {
    const pool = new BudgetPool(limits(2))
    const hold = pool.hold(amount(1, 0))
    await pool.reserve(amount(1, 0), never)
    expect(await state(pool.reserve(amount(1, 0), never))).toBe('refused')
    hold.use().settle(amount(1, 0))
    expect(pool.spent.calls).toBe(1)
    expect(() => hold.use()).toThrow(/twice/)
  })

  it('takes no charge above what was reserved', async () => {
    const pool = new BudgetPool(limits(10, 100))
    const reservation = await pool.reserve(amount(1, 40), never)
    expect(() => reservation.settle(amount(1, 41))).toThrow(/above what was reserved/)
    reservation.settle(amount(1, 40))
    expect(pool.spent.inputTokens).toBe(40)
  })

  it('gives a cancelled waiter the reason, and serves the one behind it', async () => {
    const pool = new BudgetPool(limits(10, 100))
    await pool.reserve(amount(1, 60), never)
    const cancelled = new AbortController()
    const big = pool.reserve(amount(1, 90), cancelled.signal)
    const small = pool.reserve(amount(1, 30), never)
    cancelled.abort(new Error('stop'))
    await expect(big).rejects.toThrow('stop')
    expect(await state(small)).toBe('granted')
  })

  it('never passes a limit and never strands a waiter, for any schedule', async () => {
    const action = fc.oneof(
      fc.record({ type: fc.constant('reserve' as const), tokens: fc.nat(60), cost: fc.nat(40) }),
      fc.record({
        type: fc.constant('settle' as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ type: fc.constant('hold' as const), tokens: fc.nat(30) }),
      fc.record({ type: fc.constant('release' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const bounds = limits(20, 150, 100)
        const pool = new BudgetPool(bounds)
        const open: Reservation[] = []
        const holds: StandingReservation[] = []
        let waiting = 0
        let mustFit: Amount = NOTHING
        for (const act of actions) {
          if (act.type === 'reserve') {
            waiting += 1
            pool.reserve(amount(1, act.tokens, act.cost), never).then(
              (reservation) => {
                waiting -= 1
                open.push(reservation)
              },
              () => {
                waiting -= 1
              },
            )
          } else if (act.type === 'settle') {
            const reservation = open.shift()
            const used = Math.floor((reservation?.bound.inputTokens ?? 0) * act.share)
            reservation?.settle(
              amount(1, used, Math.floor((reservation.bound.costMicroUsd ?? 0) * act.share)),
            )
          } else if (act.type === 'hold') {
            try {
              holds.push(pool.hold(amount(1, act.tokens)))
            } catch {
              // A hold that does not fit is refused at once.
            }
          } else holds.pop()?.release()
          await new Promise((resolve) => setImmediate(resolve))
          mustFit = [...open, ...holds].reduce((sum, taken) => addAmounts(sum, taken.bound), pool.spent)
          expect(withinLimits(mustFit, bounds)).toBe(true)
          if (open.length === 0) expect(waiting).toBe(0)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('a part of a pool', () => {
  const share = (calls: number): Share => ({ calls, tokens: 100, costMicroUsd: null, steps: 1, readBytes: 1 })
  const limited = (): BudgetPool => new BudgetPool({ maxCalls: 10, maxTokens: 1000, maxCostMicroUsd: null })
  const one: Amount = { calls: 1, inputTokens: 10, outputTokens: 10, costMicroUsd: 5 }

  it('is taken whole at once, and what is left does not show what becomes of it', async () => {
    const pool = limited()
    const part = pool.carve(share(4))
    const before = pool.left()
    const taken = await part.reserve(one, new AbortController().signal)
    taken.settle(one)
    expect(pool.left()).toEqual(before)
    expect(before).toEqual({ calls: 6, tokens: 900, costMicroUsd: null })
    expect(pool.spent).toEqual(one)
  })

  it('refuses at once what does not fit beside it: nothing will come back', async () => {
    const pool = limited()
    pool.carve(share(10))
    await expect(pool.reserve(one, new AbortController().signal)).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
    })
    expect(() => pool.carve(share(1))).toThrow(expect.objectContaining({ code: 'BUDGET_EXCEEDED' }))
  })

  it('gives back what it did not use when it rejoins, except what its own parts took', async () => {
    const pool = limited()
    const part = pool.carve(share(6))
    part.carve({ ...share(2), tokens: 50 })
    const taken = await part.reserve(one, new AbortController().signal)
    taken.settle(one)
    pool.rejoin(part)
    expect(pool.left()).toEqual({ calls: 10 - 1 - 2, tokens: 1000 - 20 - 50, costMicroUsd: null })
    expect(pool.spent).toEqual(one)
  })
})

it.each([
  [
    limits(9, null, 400_000),
    'The limit of $0.40 has no room for this step, which may cost $0.50 more, beside',
  ],
  [limits(9, 1_000), 'The limit of 1,000 tokens has no room for this step, which may use 1,500 more, beside'],
  [limits(0), 'The limit of 0 model calls has no room for one more.'],
])('refuses in words that a person understands', async (given, words) => {
  const refused = new BudgetPool(given).reserve(amount(1, 1_500, 500_000), never)
  await expect(refused).rejects.toThrow(words)
})
