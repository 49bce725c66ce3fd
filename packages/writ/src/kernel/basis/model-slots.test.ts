import type { ModelRates } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Demand, ModelSlots, type QueueState, type Slot } from './model-slots.ts'
import { VirtualTime } from './virtual-time.fixture.ts'

const MINUTE = 60_000
/** Until what counts against the rates of a minute counts no more: a request may arrive a second after it is sent. */
const WINDOW = 61_000
const never = new AbortController().signal
const ROOT: Demand = { depth: 0, tokens: 0 }
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A request of a schedule. */
interface Planned extends Demand {
  readonly asksAt: number
  /** Between its slot and the moment it leaves. */
  readonly preparesMs: number
  /** Between that and the moment it arrives. */
  readonly travelsMs: number
  readonly takesMs: number
  /** Of what it may use at most. */
  readonly uses: number
}

/** A request as it went. */
interface Went {
  readonly sentAt: number
  readonly arrivedAt: number
  readonly endedAt: number
  readonly used: number
}

/** Plays requests against one model, and tells how they went. */
async function play(most: number, rates: ModelRates, planned: readonly Planned[]): Promise<readonly Went[]> {
  const time = new VirtualTime()
  const slots = new ModelSlots(most, rates, time)
  const done = planned.map(
    async ({ asksAt, preparesMs, travelsMs, takesMs, uses, ...demand }): Promise<Went> => {
      await time.sleep(asksAt)
      const slot = await slots.acquire(demand, never)
      await time.sleep(preparesMs)
      slot.sent()
      const sentAt = time.monotonic()
      await time.sleep(takesMs)
      slot.release(uses)
      return { sentAt, arrivedAt: sentAt + travelsMs, endedAt: time.monotonic(), used: uses }
    },
  )
  await time.run()
  return await Promise.all(done)
}

const planned: fc.Arbitrary<Planned> = fc
  .record({
    depth: fc.nat(3),
    tokens: fc.integer({ min: 1, max: 900 }),
    asksAt: fc.oneof(fc.constant(0), fc.nat(90_000)),
    preparesMs: fc.nat(500),
    travelsMs: fc.nat(999),
    takesMs: fc.integer({ min: 1_000, max: 40_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...request }) => ({ ...request, uses: Math.floor(share * request.tokens) }))

describe('ModelSlots', () => {
  it('keeps every limit in every minute, and sends all, whatever 64 calls at once ask for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(planned, { minLength: 64, maxLength: 64 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 900, max: 8_000 }),
        async (requests, inFlight, requestsPerMinute, tokensPerMinute) => {
          const went = await play(16, { inFlight, requestsPerMinute, tokensPerMinute }, requests)
          for (const { sentAt: end, arrivedAt: arrival } of went) {
            const minute = went.filter(({ arrivedAt: at }) => at > arrival - MINUTE && at <= arrival)
            expect(minute.length).toBeLessThanOrEqual(requestsPerMinute)
            expect(minute.reduce((sum, { used }) => sum + used, 0)).toBeLessThanOrEqual(tokensPerMinute)
            const flying = went.filter(({ sentAt, endedAt }) => sentAt <= end && endedAt > end)
            expect(flying.length).toBeLessThanOrEqual(inFlight)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('wastes no time where nothing limits it', async () => {
    const request = { depth: 0, tokens: 10, asksAt: 0, preparesMs: 0, travelsMs: 0, takesMs: 1_000, uses: 10 }
    const went = await play(
      16,
      {},
      Array.from({ length: 64 }, () => request),
    )
    expect(Math.max(...went.map(({ endedAt }) => endedAt))).toBe(4_000)
    const limited = await play(16, { requestsPerMinute: 2 }, [request, request, request])
    expect(limited.map(({ sentAt }) => sentAt)).toEqual([0, 0, WINDOW])
  })

  it('counts what a request used once that is known, not what it might have', async () => {
    const request = {
      depth: 0,
      tokens: 900,
      asksAt: 0,
      preparesMs: 0,
      travelsMs: 0,
      takesMs: 1_000,
      uses: 100,
    }
    const went = await play(16, { tokensPerMinute: 1_000 }, [request, request])
    expect(went.map(({ sentAt }) => sentAt)).toEqual([0, 1_000])
  })

  it('lets a request go alone that is larger than a minute allows', async () => {
    const large = {
      depth: 0,
      tokens: 5_000,
      asksAt: 0,
      preparesMs: 0,
      travelsMs: 0,
      takesMs: 1_000,
      uses: 5_000,
    }
    const went = await play(16, { tokensPerMinute: 1_000 }, [large, { ...large, tokens: 10, uses: 10 }])
    expect(went.map(({ sentAt }) => sentAt)).toEqual([0, WINDOW])
  })

  it('lets deeper frames go first, and equals in the order they came', async () => {
    const slots = new ModelSlots(1, {}, new VirtualTime())
    const first = await slots.acquire(ROOT, never)
    const entered: string[] = []
    for (const [name, depth] of [
      ['root', 0],
      ['child', 1],
      ['grandchild', 2],
      ['other child', 1],
      ['other root', 0],
    ] as const)
      void slots.acquire({ depth, tokens: 0 }, never).then((slot) => {
        entered.push(name)
        slot.release(0)
      })
    first.release(0)
    await tick()
    expect(entered).toEqual(['grandchild', 'child', 'other child', 'root', 'other root'])
  })

  it('asks nobody before the provider wants to be asked', async () => {
    const time = new VirtualTime()
    const slots = new ModelSlots(4, {}, time)
    const refused = await slots.acquire(ROOT, never)
    slots.closeFor(7_000)
    refused.release(0)
    const entered = Array.from({ length: 3 }, () => slots.acquire(ROOT, never).then(() => time.monotonic()))
    await time.run()
    expect(await Promise.all(entered)).toEqual([7_000, 7_000, 7_000])
  })

  it('waits once for a provider that asks for longer than a request may wait, and holds nobody back for it again', async () => {
    const time = new VirtualTime()
    const slots = new ModelSlots(1, {}, time)
    const entered = Array.from({ length: 4 }, async () => {
      const slot = await slots.acquire(ROOT, never)
      slots.closeFor(86_400_000)
      slot.release(0)
      return time.monotonic()
    })
    await time.run()
    expect(await Promise.all(entered)).toEqual([0, MINUTE, MINUTE, MINUTE])
    const soon = slots.acquire(ROOT, never).then((slot) => {
      slots.closeFor(5_000)
      slot.release(0)
      return slots.acquire(ROOT, never).then(() => time.monotonic())
    })
    await time.run()
    expect(await soon).toBe(MINUTE + 5_000)
  })

  it('halves what may be in flight when throttled and grows back with success', async () => {
    const slots = new ModelSlots(4, {}, new VirtualTime())
    slots.throttled()
    const taken = [await slots.acquire(ROOT, never), await slots.acquire(ROOT, never)]
    let third: Slot | undefined
    void slots.acquire(ROOT, never).then((slot) => {
      third = slot
    })
    for (let round = 0; round < 2; round += 1) slots.succeeded()
    await tick()
    expect(third).toBeUndefined()
    slots.succeeded()
    await tick()
    expect(third).toBeDefined()
    expect(slots.inFlight).toBe(taken.length + 1)
  })

  it('never stops altogether', async () => {
    const slots = new ModelSlots(1, {}, new VirtualTime())
    slots.throttled()
    slots.throttled()
    expect(await slots.acquire(ROOT, never)).toBeDefined()
  })

  it('gives up waiting with the reason of the signal, and lets the next one in', async () => {
    const time = new VirtualTime()
    const slots = new ModelSlots(4, { tokensPerMinute: 100 }, time)
    const slot = await slots.acquire({ depth: 0, tokens: 60 }, never)
    const controller = new AbortController()
    const large = slots.acquire({ depth: 1, tokens: 100 }, controller.signal)
    const small = slots.acquire({ depth: 0, tokens: 40 }, never)
    controller.abort(new Error('over'))
    await expect(large).rejects.toThrow('over')
    expect(await small).toBeDefined()
    slot.release(0)
    await expect(slots.acquire(ROOT, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
  })

  it('counts nothing of a request that was never sent', async () => {
    const slots = new ModelSlots(4, { requestsPerMinute: 1 }, new VirtualTime())
    const unsent = await slots.acquire(ROOT, never)
    unsent.release(0)
    expect(await slots.acquire(ROOT, never)).toBeDefined()
  })

  it('tells what it waits for, once for each change', async () => {
    const time = new VirtualTime()
    const told: QueueState[] = []
    const slots = new ModelSlots(4, { requestsPerMinute: 1 }, time, (state) => told.push(state))
    const first = await slots.acquire(ROOT, never)
    first.sent()
    const others = Array.from({ length: 2 }, () =>
      slots.acquire(ROOT, never).then((slot) => {
        slot.sent()
        slot.release(0)
      }),
    )
    first.release(0)
    await time.run()
    await Promise.all(others)
    expect(told).toEqual([
      { by: 'requests', waiting: 1, forMs: WINDOW },
      { by: null, waiting: 0, forMs: null },
    ])
  })
})
