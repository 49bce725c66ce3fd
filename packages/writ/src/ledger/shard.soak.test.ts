import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLedger } from './ledger.ts'
import { firstLine, kill, killAll, listen, NODE, start } from './ledger-child.fixture.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-shard-'))
})

afterEach(async () => {
  await killAll()
  rmSync(home, { recursive: true })
})

/** Runs of each shard, by the name of its file. */
function runsByShard(): Record<string, unknown[]> {
  const directory = join(home, 'ledger')
  const names = readdirSync(directory).filter((name) => name.endsWith('.db'))
  return Object.fromEntries(names.toSorted().map((name) => [name, runsIn(join(directory, name))]))
}

function runsIn(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  const runs = db.prepare('SELECT run FROM runs ORDER BY run').all()
  db.close()
  return runs.map((row) => row.run)
}

const HOLD = `await ledger.open(run, 'q', 1); say('open'); setInterval(() => {}, 1000)`

test('processes that start at once never share a shard, and a dead one’s is taken over', async () => {
  const runs = ['run-a', 'run-b', 'run-c', 'run-d']
  const living = runs.map((run) => start(home, HOLD, run))
  const reader = await openLedger(home)
  let opening = true
  const opened = Promise.all(living.map(firstLine)).finally(() => {
    opening = false
  })
  while (opening) await reader.runs() // reads while shards are being made
  expect(await opened).toEqual(runs.map(() => 'open'))
  expect(await reader.runs()).toHaveLength(runs.length)
  const held = Object.values(runsByShard()).filter((found) => found.length > 0)
  expect(held).toHaveLength(runs.length)
  expect(held.flat()).toEqual(expect.arrayContaining(runs))

  await Promise.all(living.map(kill))
  await reader.open('run-e', 'q', 2)
  expect(runsByShard()['shard-0001.db']).toContain('run-e')
  await reader.close()
})

test('two ledgers of one process take a shard each; closing one frees its shard', async () => {
  const [first, second] = [await openLedger(home), await openLedger(home)]
  await first.open('run-a', 'q', 1)
  await second.open('run-b', 'q', 1)
  expect(runsByShard()).toEqual({ 'shard-0001.db': ['run-a'], 'shard-0002.db': ['run-b'] })
  await first.close()
  const third = await openLedger(home)
  await third.open('run-c', 'q', 1)
  expect(runsByShard()).toEqual({ 'shard-0001.db': ['run-a', 'run-c'], 'shard-0002.db': ['run-b'] })
  await Promise.all([second.close(), third.close()])
})

test('whatever was acknowledged before a kill is there after it', async () => {
  const child = start(
    home,
    `const write = async (name, durability) => {
      const log = await ledger.open(name, 'q', 1)
      for (let seq = 0; ; seq++) {
        await log.append(record(name, seq), [{ path: '0/' + seq + '/x', bytes: record(name, seq) }], durability)
        say(name + ' ' + seq)
      }
    }
    await Promise.all([write(run + '-0', 'commit'), write(run + '-1', 'flush'), write(run + '-2', 'commit')])`,
    'run',
  )
  const acknowledged = (await listen(child, 2_000)).map((line) => line.split(' '))
  expect(acknowledged.length).toBeGreaterThanOrEqual(2_000)
  const ledger = await openLedger(home)
  for (const run of ['run-0', 'run-1', 'run-2']) {
    const last = Number(acknowledged.findLast(([name]) => name === run)?.[1])
    expect(last).toBeGreaterThan(0)
    let next = 0
    for await (const record of ledger.records(run)) {
      expect(JSON.parse(new TextDecoder().decode(record))).toMatchObject({ run, seq: next })
      next += 1
    }
    expect(next).toBeGreaterThan(last)
    expect(await ledger.payload(run, `0/${last}/x`)).toBeDefined()
  }
  await ledger.close()
})

test('a file that cannot grow fails the run closed, and what was acknowledged stays', async () => {
  const limited = ['bash', '-c', 'ulimit -f 600 && exec "$@"', 'bash', ...NODE]
  const child = start(
    home,
    `const log = await ledger.open(run, 'q', 1)
    let seq = 0
    try { for (;; seq++) await log.append(record(run, seq), [], 'commit') } catch (error) { say(error.code) }
    say(String(seq))
    await log.append(record(run, seq), [], 'commit').catch((error) => say(error.code))
    await log.seal(seq, new Uint8Array(32)).catch((error) => say(error.code))
    await ledger.close()`,
    'run-a',
    limited,
  )
  const [first, count, ...later] = await listen(child)
  expect([first, ...later]).toEqual(['LEDGER_FAILED', 'LEDGER_FAILED', 'LEDGER_FAILED'])
  expect(Number(count)).toBeGreaterThan(0)
  const ledger = await openLedger(home)
  let found = 0
  for await (const _ of ledger.records('run-a')) found += 1
  expect(found).toBe(Number(count))
  await ledger.close()
})

test('an idle ledger does not keep its process alive', async () => {
  const child = start(home, `await ledger.open(run, 'q', 1)`, 'run-a')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
})
