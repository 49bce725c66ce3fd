import { describe, expect, it, vi } from 'vitest'
import { ThreadClock } from './thread-clock.ts'

const A = 1
const B = 2

/** Reads whose turn it is; after `loads` loads of the shared memory the thread does `meanwhile`. */
function readAround(
  clock: ThreadClock,
  loads: number,
  meanwhile: () => void,
): ReturnType<ThreadClock['turn']> {
  const load = Atomics.load
  let left = loads
  const step = (): void => {
    if (left === 0) meanwhile()
    left -= 1
  }
  step()
  const spy = vi.spyOn(Atomics, 'load').mockImplementation(((array: Int32Array, at: number) => {
    const value = load(array, at)
    step()
    return value
  }) as typeof Atomics.load)
  const turn = clock.turn()
  spy.mockRestore()
  return turn
}

describe('the clock of a thread', () => {
  it('says whose turn it is and what is left of it', () => {
    const clock = new ThreadClock()
    const read = new ThreadClock(clock.memory)
    expect(read.turn()).toBeUndefined()
    clock.begin(A, 60_000)
    expect(read.turn()).toMatchObject({ vm: A })
    expect(read.turn()?.leftMs).toBeGreaterThan(0)
    clock.begin(A, -1)
    expect(read.turn()?.leftMs).toBeLessThan(0)
    clock.pause()
    expect(read.turn()).toBeUndefined()
  })

  it.each([0, 1, 2, 3])(
    'never gives one VM the time of another, whose turn begins after %i loads',
    (loads) => {
      const clock = new ThreadClock()
      clock.begin(A, -1)
      const turn = readAround(clock, loads, () => {
        clock.pause()
        clock.begin(B, 60_000)
      })
      if (turn?.vm === A) expect(turn.leftMs).toBeLessThan(0)
      if (turn?.vm === B) expect(turn.leftMs).toBeGreaterThan(0)
      expect(clock.turn()).toMatchObject({ vm: B })
    },
  )
})
