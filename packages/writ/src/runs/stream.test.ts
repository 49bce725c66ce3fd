import type { Answer, RunEvent } from '@writ/contract'
import { expect, it } from 'vitest'
import { type StreamEvent, streamRun } from './stream.ts'

const event = (documents: number): RunEvent => ({ type: 'ingest', documents, bytes: 0 })
const ANSWER = { run: 'x' } as Answer

async function all(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const seen: StreamEvent[] = []
  for await (const one of events) seen.push(one)
  return seen
}

it('gives every event in order, those before the reader came too, and the answer', async () => {
  const stream = streamRun(async (onEvent) => {
    onEvent(event(1))
    await Promise.resolve()
    onEvent(event(2))
    return ANSWER
  })
  expect(await all(stream)).toEqual([event(1), event(2)])
  expect(await stream.answer).toBe(ANSWER)
})

it('ends with the error of a run that rejects, and leaves no rejection behind for a reader of events alone', async () => {
  const failing = streamRun((onEvent) => {
    onEvent(event(1))
    return Promise.reject(new Error('no'))
  })
  await expect(all(failing)).rejects.toThrow('no')
  await expect(failing.answer).rejects.toThrow('no')
})

it('keeps the newest events for a reader that sleeps, and tells how many it missed', async () => {
  const stream = streamRun((onEvent) => {
    for (let n = 0; n < 25_000; n += 1) onEvent(event(n))
    return Promise.resolve(ANSWER)
  })
  await stream.answer
  const seen = await all(stream)
  expect(seen).toHaveLength(10_001)
  expect(seen.slice(0, 2)).toEqual([{ type: 'missed', events: 15_000 }, event(15_000)])
  expect(seen.at(-1)).toEqual(event(24_999))
})

it('goes on without a reader that leaves', async () => {
  const gate = Promise.withResolvers<void>()
  const stream = streamRun(async (onEvent) => {
    onEvent(event(1))
    await gate.promise
    onEvent(event(2))
    return ANSWER
  })
  for await (const _ of stream) break
  gate.resolve()
  expect(await stream.answer).toBe(ANSWER)
  expect(await all(stream)).toEqual([])
})
