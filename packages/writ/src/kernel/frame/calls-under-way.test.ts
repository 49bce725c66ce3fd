import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { CallsUnderWay } from './calls-under-way.ts'

/** A call that ends when its signal does, with the reason. */
function untilAborted(signal: AbortSignal): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  if (signal.aborted) resolve(signal.reason)
  else signal.addEventListener('abort', () => resolve(signal.reason))
  return promise
}

it('ends each call with the signal of its frame, before it begins or later', async () => {
  const frame = new AbortController()
  const calls = new CallsUnderWay()
  const early = calls.begin(1, frame.signal, untilAborted)
  frame.abort('enough')
  const late = calls.begin(2, frame.signal, untilAborted)
  expect(await Promise.all([early, late])).toEqual(['enough', 'enough'])
})

it('ends the calls that are named and no other', async () => {
  const frame = new AbortController()
  const calls = new CallsUnderWay()
  const [one, two] = [1, 2].map((call) => calls.begin(call, frame.signal, untilAborted))
  await calls.end([1, 3])
  expect(await one).toMatchObject({ code: 'CANCELLED' })
  expect(await Promise.race([two, turn('under way')])).toBe('under way')
  frame.abort('enough')
  expect(await two).toBe('enough')
})

it('gives what a call gives, and an error as it is', async () => {
  const { signal } = new AbortController()
  const calls = new CallsUnderWay()
  const error = new Error('no')
  expect(await calls.begin(1, signal, () => Promise.resolve('yes'))).toBe('yes')
  await expect(calls.begin(2, signal, () => Promise.reject(error))).rejects.toBe(error)
  await calls.end([1, 2])
})
