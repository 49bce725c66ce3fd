import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLedger } from './ledger.ts'
import { killAll, listen, NODE, start } from './ledger-child.fixture.ts'

// A flush that fails for real: strace makes the system call return an error in a process that writes a ledger.

/** Which of the two SQLite calls depends on how it was built. */
const FLUSH = 'fsync,fdatasync'
const STRACE = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${FLUSH}`]
const [command = '', ...args] = STRACE
const traceable = spawnSync(command, [...args, 'true']).status === 0

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-flush-'))
})

afterEach(async () => {
  await killAll()
  rmSync(home, { recursive: true })
})

/** Writes two runs until a flush fails, then tries everything again. Says what was acknowledged and what was refused. */
const WRITE_ON = `
  const logs = { a: await ledger.open(run + '-a', 'q', 1), b: await ledger.open(run + '-b', 'q', 1) }
  const next = { a: 0, b: 0 }
  const append = (name, durability) =>
    logs[name].append(record(run + '-' + name, next[name]), [], durability).then(() => {
      next[name] += 1
      say('has ' + name)
    })
  const refused = (asked) => asked.then(() => say('taken'), (error) => say('refused ' + error.code))
  try {
    for (let round = 0; round < 100; round++) {
      await append('b', 'commit')
      await append('a', 'flush')
    }
  } catch (error) {
    say('failed ' + error.code)
  }
  for (const name of ['a', 'b']) {
    await refused(append(name, 'commit'))
    await refused(append(name, 'flush'))
    await refused(logs[name].seal(next[name], new Uint8Array(32)))
    await refused(logs[name].finish('complete'))
  }
  await refused(ledger.open(run + '-c', 'q', 1))
  await ledger.close()
  say('closed')
`

test.skipIf(!traceable).each([
  ['and the next would not', '20'],
  ['and so does every later one', '20+'],
])('a flush fails, %s: nothing is acknowledged any more, and what was is there', async (_, when) => {
  const inject = ['-e', `inject=${FLUSH}:error=EIO:when=${when}`]
  const said = await listen(start(home, WRITE_ON, 'run', [...STRACE, ...inject, ...NODE]))
  const acknowledged = said.filter((line) => line.startsWith('has '))
  expect(acknowledged.length).toBeGreaterThan(2)
  expect(said.slice(acknowledged.length)).toEqual([
    'failed LEDGER_FAILED',
    ...Array.from({ length: 9 }, () => 'refused LEDGER_FAILED'),
    'closed',
  ])

  const ledger = await openLedger(home)
  for (const name of ['a', 'b']) {
    const run = `run-${name}`
    const count = acknowledged.filter((line) => line === `has ${name}`).length
    const log = await ledger.resume(run)
    let found = 0
    for await (const record of log.records()) {
      expect(JSON.parse(new TextDecoder().decode(record))).toMatchObject({ run, seq: found })
      found += 1
    }
    // A record that was refused may be there all the same: nobody was told that it is.
    expect([count, count + 1]).toContain(found)
    await log.append(new TextEncoder().encode(JSON.stringify({ run, seq: found })), [], 'flush')
  }
  expect((await ledger.runs()).map(({ run, status }) => [run, status])).toEqual(
    expect.arrayContaining([
      ['run-a', 'open'],
      ['run-b', 'open'],
    ]),
  )
  await ledger.open('run-d', 'q', 2)
  await ledger.close()
})
