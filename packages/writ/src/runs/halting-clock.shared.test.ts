import type { Clock } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openServices, type Services } from './governed-frames.fixture.ts'

// On a busy machine a process stands still between two looks at the clock. What it records still has to agree: how long
// something took lies between the record that began it and its own.

const HALT_MS = 40
const ROUNDING_MS = 2
/** So many children that the process stands still at every place on their way. */
const CHILDREN = 24

let services: Services
beforeAll(async () => {
  services = await openServices()
})
afterAll(() => services.close())

/** A clock at which the process stands still for a while at every so many looks. */
function haltingClock(every: number): Clock {
  let looks = 0
  let late = 0
  const look = (time: number): number => {
    looks += 1
    if (looks % every === 0) late += HALT_MS
    return time + late
  }
  return { now: () => look(Date.now()), monotonic: () => look(performance.now()) }
}

it.each([3, 4, 5, 7, 11])(
  'no step took longer than there is between its records, at a halt every %i looks',
  async (every) => {
    const store = await services.store({ 'a.txt': { text: 'Alpha mentions a patent.', level: 'internal' } })
    const children = `await rlm_query_batched(Array.from({ length: ${CHILDREN} }, () => 'one'))`
    const root = `${children}; await llm_query('x'); await read('a.txt'); FINAL('done')`
    const { status, records } = await services.run(
      store,
      {
        root: [root],
        children: { one: ["await llm_query('y'); FINAL('1')"] },
      },
      { ceiling: 'secret', clock: haltingClock(every) },
    )
    expect(status).toBe('complete')
    const timed = records.flatMap(({ kind, obs }) => {
      if (!('command' in obs && 'tookMs' in obs)) return []
      const between = obs.at - (records[obs.command]?.obs.at ?? Number.NaN)
      return [{ kind, fits: obs.tookMs <= between + ROUNDING_MS }]
    })
    expect(timed.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['model.result', 'frame.join']))
    expect(timed.filter(({ fits }) => !fits)).toEqual([])
  },
)
