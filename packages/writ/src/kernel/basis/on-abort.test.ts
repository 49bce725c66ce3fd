import { getEventListeners } from 'node:events'
import { DEFAULT_LIMITS } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { BudgetPool } from './budget-pool.ts'
import { ModelSlots } from './model-slots.ts'
import { onAbort } from './on-abort.ts'
import { Semaphore } from './semaphore.ts'
import { VirtualTime } from './virtual-time.fixture.ts'

const ROOT = { depth: 0, tokens: 0 }

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('onAbort', () => {
  it('calls each once, in order, and none that was taken back, also by another', () => {
    const stop = new AbortController()
    const called: string[] = []
    const note = (): void => void called.push('twice')
    onAbort(stop.signal, note)
    onAbort(stop.signal, note)
    const back = onAbort(stop.signal, () => called.push('taken back'))
    onAbort(stop.signal, () => {
      called.push('last')
      later()
    })
    const later = onAbort(stop.signal, () => called.push('taken back by the one before'))
    back()
    stop.abort()
    stop.abort()
    expect(called).toEqual(['twice', 'twice', 'last'])
    expect(listeners(stop.signal)).toBe(0)
  })

  it('leaves a signal that nobody waits for any more', () => {
    const { signal } = new AbortController()
    const backs = [onAbort(signal, () => undefined), onAbort(signal, () => undefined)]
    expect(listeners(signal)).toBe(1)
    for (const back of backs) back()
    expect(listeners(signal)).toBe(0)
    onAbort(signal, () => undefined)
    expect(listeners(signal)).toBe(1)
  })

  it('is one listener for all that wait for slots, turns or room', async () => {
    const stop = new AbortController()
    const { signal } = stop
    const slots = new ModelSlots(1, {}, new VirtualTime())
    const turns = new Semaphore(1)
    const pool = new BudgetPool({ ...DEFAULT_LIMITS, maxTokens: 10 })
    const room = { calls: 1, inputTokens: 10, outputTokens: 0, costMicroUsd: 0 }
    await Promise.all([slots.acquire(ROOT, signal), turns.acquire(signal), pool.reserve(room, signal)])
    const waiting = Array.from({ length: 50 }, () => [
      slots.acquire(ROOT, signal),
      turns.acquire(signal),
      pool.reserve(room, signal),
    ]).flat()
    const ends = Promise.allSettled(waiting)
    expect(listeners(signal)).toBe(1)
    stop.abort('enough')
    for (const end of await ends) expect(end).toEqual({ status: 'rejected', reason: 'enough' })
    expect(listeners(signal)).toBe(0)
  })
})
