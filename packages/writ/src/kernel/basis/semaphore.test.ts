import { describe, expect, it } from 'vitest'
import { Semaphore } from './semaphore.ts'

const never = new AbortController().signal
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Semaphore', () => {
  it('lets at most so many in at once, in the order they came', async () => {
    const slots = new Semaphore(2)
    const entered: number[] = []
    const releases: (() => void)[] = []
    for (const index of [0, 1, 2, 3])
      void slots.acquire(never).then((release) => {
        entered.push(index)
        releases.push(release)
      })
    await tick()
    expect(entered).toEqual([0, 1])
    releases.shift()?.()
    await tick()
    expect(entered).toEqual([0, 1, 2])
  })

  it('gives up waiting with the reason of the signal and does not keep the place', async () => {
    const slots = new Semaphore(1)
    const release = await slots.acquire(never)
    const controller = new AbortController()
    const waiting = slots.acquire(controller.signal)
    controller.abort(new Error('over'))
    await expect(waiting).rejects.toThrow('over')
    const next = slots.acquire(never)
    release()
    await expect(next).resolves.toBeTypeOf('function')
  })
})
