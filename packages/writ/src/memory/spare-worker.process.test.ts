import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, expect, it } from 'vitest'
import { partitionKey } from './partition-key.ts'
import { spareWorker } from './spare-worker.ts'
import { WorkerLink } from './worker-link.ts'

const started: Worker[] = []
const take = (): Worker => {
  const worker = spareWorker.take()
  started.push(worker)
  return worker
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()))
})

it('gives the worker that was started before once, and then new ones', () => {
  spareWorker.start()
  spareWorker.start()
  const [first, second] = [take(), take()]
  expect(second.threadId).toBe(first.threadId + 1) // the second start started nothing
  expect(second).not.toBe(first)
})

it('does not give one that has ended', async () => {
  const ended = take()
  spareWorker.keep(ended)
  await ended.terminate()
  expect(take()).not.toBe(ended)
  spareWorker.keep(ended)
  expect(take()).not.toBe(ended)
})

it('ends one while another waits already', async () => {
  const [first, second] = [take(), take()]
  spareWorker.keep(first)
  spareWorker.keep(second)
  await expect.poll(() => second.threadId).toBe(-1)
  expect(take()).toBe(first)
})

it('gives the worker of a closed store to the next, which finds nothing of the first', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'writ-spare-'))
  const label = { level: 'internal', categories: [], untrusted: false } as const
  const key = partitionKey('texts', label, [], '')
  const places = { packs: scratch, indexes: scratch, scratch, durable: false }
  const first = new WorkerLink(take())
  const texts = [{ id: 'a', text: 'a needle' }]
  const { partition } = await first.call('addTexts', { places, key, texts })
  const outline = { partition: partition.id, doc: 'a' }
  expect(await first.call('outline', outline)).toEqual([])
  await first.close()
  await expect(first.call('outline', outline)).rejects.toThrow('this store is closed')

  const worker = take()
  expect(worker).toBe(started[0])
  const second = new WorkerLink(worker)
  await expect(second.call('outline', outline)).rejects.toThrow('has no partition')
  await second.close()
  await rm(scratch, { recursive: true })
})

it('ends a worker that does not let go of its store', async () => {
  const worker = take()
  const link = new WorkerLink(worker)
  worker.postMessage = () => undefined // the worker hears nothing
  const closed = link.close()
  await closed
  expect(worker.threadId).toBe(-1)
  expect(take()).not.toBe(worker)
})

it('gives nobody a worker that forgets its store only while it is being ended', async () => {
  const worker = take()
  const link = new WorkerLink(worker)
  worker.postMessage = () => undefined
  const end = worker.terminate.bind(worker)
  worker.terminate = () => {
    // What it said last arrives, and it still has its number.
    worker.emit('message', { cleared: true })
    return end()
  }
  await link.close()
  expect(take()).not.toBe(worker)
})
