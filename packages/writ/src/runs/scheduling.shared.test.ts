import type { RunEvent } from '@writ/contract'
import { fanOut, type Reply } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { nested } from './scripted-runs.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

const here = testRuns()
const { run, verified } = here

/** What requests of the run had to wait for. */
function waits(events: readonly RunEvent[]): readonly unknown[] {
  return events.flatMap((event) => (event.type === 'queue' && event.by !== null ? [event.by] : []))
}

describe('requests to a model', () => {
  it('are made by children while their parents wait, one at a time where only one may be', async () => {
    const { answer, events } = await run(
      nested(() => ({ kind: 'text', text: 'a leaf', delayMs: 20 })),
      { options: { models: { 'any/model': { rates: { inFlight: 1 } } } } },
    )
    expect(answer).toMatchObject({ status: 'complete', usage: { maxDepth: 2 } })
    expect(here.simulator?.journal().maxConcurrent).toBe(1)
    expect(waits(events)).toContain('slots')
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('are no more at once than the model bears, over the whole tree', async () => {
    const { answer } = await run(
      fanOut(32, () => ({ kind: 'text', text: 'ok', delayMs: 5 })),
      { options: { models: { 'any/model': { rates: { inFlight: 3 } } } } },
    )
    expect(answer.status).toBe('complete')
    expect(here.simulator?.journal().maxConcurrent).toBe(3)
  })

  it('are no more a minute than the model bears, and whoever watches is told', async () => {
    const stop = new AbortController()
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'queue' && event.by === 'requests') stop.abort()
    }
    const { answer, requests } = await run(
      fanOut(64, () => 'ok'),
      { options: { rates: { requestsPerMinute: 6 } }, asked: { onEvent, signal: stop.signal } },
    )
    expect(answer.status).not.toBe('complete')
    expect(requests).toBeLessThanOrEqual(6)
    await verified(answer)
  })

  it('are made by nobody before the provider wants to be asked', async () => {
    let asked = 0
    const leaf = (): Reply | string => {
      asked += 1
      return asked === 1 ? { kind: 'status', status: 429, headers: { 'retry-after-ms': '150' } } : 'ok'
    }
    const { answer, events } = await run(
      fanOut(4, () => leaf()),
      { limits: { concurrency: 1 } },
    )
    expect(answer.status).toBe('complete')
    expect(waits(events)).toContain('retry-after')
    const entries = here.simulator?.journal().entries ?? []
    const refused = entries.findIndex(({ status }) => status === 429)
    const [before, after] = entries.slice(refused)
    expect((after?.arrivedMs ?? 0) - (before?.arrivedMs ?? 0)).toBeGreaterThanOrEqual(149)
    await verified(answer)
  })
})
