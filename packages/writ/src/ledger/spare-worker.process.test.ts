import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLedger } from './ledger.ts'
import { spareWorker } from './spare-worker.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-spare-'))
})
afterEach(async () => {
  await spareWorker.take().terminate()
  rmSync(place, { recursive: true, force: true })
})

test('the worker of a closed ledger serves the next, which finds nothing of the first', async () => {
  const first = await openLedger(join(place, 'a'))
  await first.open('run-a', 'q', 1)
  await first.close()
  const worker = spareWorker.take()
  spareWorker.keep(worker)

  const second = await openLedger(join(place, 'b'))
  expect(await second.runs()).toEqual([])
  const earlier = second.records('run-a')[Symbol.asyncIterator]()
  await expect(earlier.next()).rejects.toMatchObject({ code: 'UNKNOWN_RUN' })
  const log = await second.open('run-b', 'q', 1)
  await expect(first.runs()).rejects.toMatchObject({ code: 'LEDGER_FAILED' })
  expect((await second.runs()).map(({ run }) => run)).toEqual(['run-b'])
  await log.finish('failed')
  await second.close()
  expect(spareWorker.take()).toBe(worker)
  spareWorker.keep(worker)
})

test('a closed ledger has given its shard back, and its home can be opened again', async () => {
  for (let n = 0; n < 3; n += 1) {
    const ledger = await openLedger(join(place, 'a'))
    await ledger.open(`run-${n}`, 'q', n)
    expect(await ledger.runs()).toHaveLength(n + 1)
    await Promise.all([ledger.close(), ledger.close()])
  }
})

test('a ledger whose worker is gone is closed, and its worker serves nobody', async () => {
  const worker = spareWorker.take()
  spareWorker.keep(worker)
  const ledger = await openLedger(join(place, 'a'))
  const asked = ledger.runs()
  await worker.terminate()
  await expect(asked).rejects.toMatchObject({ code: 'LEDGER_FAILED' })
  await ledger.close()
  expect(spareWorker.take()).not.toBe(worker)
})

test('two ledgers at once have two workers', async () => {
  mkdirSync(join(place, 'a'))
  const ledgers = await Promise.all(['a', 'b'].map((name) => openLedger(join(place, name))))
  await Promise.all(ledgers.map((ledger, n) => ledger.open(`run-${n}`, 'q', 1)))
  expect(
    await Promise.all(ledgers.map(async (ledger) => (await ledger.runs()).map(({ run }) => run))),
  ).toEqual([['run-0'], ['run-1']])
  await Promise.all(ledgers.map((ledger) => ledger.close()))
})
