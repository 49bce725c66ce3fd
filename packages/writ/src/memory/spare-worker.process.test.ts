import { expect, it } from 'vitest'
import { endSpareWorker, startSpareWorker, takeWorker } from './spare-worker.ts'
import { WorkerLink } from './worker-link.ts'

it('gives the worker that was started before once, and then new ones', async () => {
  const started: WorkerLink[] = []
  const start = (): WorkerLink => {
    started.push(new WorkerLink())
    return started.at(-1) as WorkerLink
  }
  startSpareWorker(start)
  startSpareWorker(start)
  expect(started.length).toBe(1)
  const taken = [takeWorker(), takeWorker()]
  expect(taken[0]).toBe(started[0])
  expect(taken[1]).not.toBe(started[0])
  expect(taken.every((worker) => worker.usable)).toBe(true)
  await Promise.all(taken.map((worker) => worker.close()))
})

it('does not give one that has ended', async () => {
  const ended = new WorkerLink()
  startSpareWorker(() => ended)
  await ended.close()
  const taken = takeWorker()
  expect(taken).not.toBe(ended)
  expect(taken.usable).toBe(true)
  await taken.close()
})

it('ends the one that nobody took', async () => {
  const left = new WorkerLink()
  startSpareWorker(() => left)
  await endSpareWorker()
  expect(left.usable).toBe(false)
  const taken = takeWorker()
  expect(taken).not.toBe(left)
  await taken.close()
  await endSpareWorker()
})
