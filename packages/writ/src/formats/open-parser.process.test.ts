import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { fixture } from './fixtures.fixture.ts'
import { database } from './hostile-files.fixture.ts'
import { openParser } from './index.ts'

let parser = openParser()
afterEach(async () => {
  await parser.close()
  expect(children()).toEqual([])
})

/** Processes that parse for this one. */
function children(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return status.includes('/formats/child/main.js') && status.includes('--permission') && isOurs(pid)
    } catch {
      return false // no process, or one that has ended
    }
  })
}

/** Whether a process was started by this one, or by one that it started. */
function isOurs(pid: string): boolean {
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return parent === `${process.pid}` || (parent !== '0' && isOurs(parent))
}

it('starts no child before there is something to parse', () => {
  parser = openParser()
  expect(children()).toEqual([])
})

it('gives what a file holds, with the bytes of its members', async () => {
  parser = openParser()
  const parsed = await parser.parse({ format: 'email', name: 'offer.eml', bytes: fixture('offer.eml') })
  expect(parsed).toMatchObject({ document: { title: 'The offer' }, members: [{ name: 'offer.pdf' }] })
  const members = 'members' in parsed ? parsed.members : []
  expect(Buffer.from(members[0]?.bytes ?? []).equals(fixture('contract.pdf'))).toBe(true)
})

it('ends the reading of a file that takes too long, and reads the next in another child', async () => {
  parser = openParser({ baseMs: 1 })
  const slow = await parser.parse({
    format: 'pdf',
    name: 'a.pdf',
    bytes: Buffer.concat([fixture('contract.pdf')]),
  })
  expect(slow).toMatchObject({
    code: 'limits',
    reason: expect.stringMatching(/^reading it took longer than/),
  })
  await parser.close()
  parser = openParser()
  const next = await parser.parse({ format: 'pdf', name: 'b.pdf', bytes: fixture('contract.pdf') })
  expect(next).toMatchObject({ document: { warnings: [expect.any(String)] } })
})

it('ends a query of a database that takes too long, and reads the next in another child', async () => {
  const bytes = database(
    'CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)',
  )
  const tables = Array.from({ length: 16 }, (_, at) => `t AS t${at}`).join(', ')
  const ask = (query: string) => parser?.parse({ format: 'sqlite', name: 'a.db', bytes, select: { query } })
  parser = openParser({ baseMs: 3_000 })
  expect(await ask(`SELECT count(*) FROM ${tables}`)).toMatchObject({
    code: 'limits',
    reason: 'reading it took longer than 3 s',
  })
  expect(await ask('SELECT sum(a) AS sum FROM t')).toMatchObject({
    document: { text: expect.stringContaining('sum\n45') },
  })
})

it.each([
  ['as soon as it was asked', 0],
  ['while it reads', 3000],
])('ends the reading of a file when it is closed %s', async (_when, ms) => {
  parser = openParser()
  const slow = Buffer.from(`${'<div>'.repeat(19_000)}${'<b></b>'.repeat(2_000_000)}`)
  const reading = parser.parse({ format: 'html', name: 'slow.html', bytes: slow })
  await setTimeout(ms)
  await parser.close()
  expect(await reading).toMatchObject({ reason: 'its parser was closed before it was read' })
  expect(children()).toEqual([])
})

it('sorts more of a database than SQLite keeps in memory by itself, and no more than its bound', async () => {
  parser = openParser()
  const bytes = database(
    `CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
     INSERT INTO t SELECT printf('%d', i * 7919 % 3001) || hex(zeroblob(1000)) FROM n`,
  )
  const ask = (query: string) => parser.parse({ format: 'sqlite', name: 'a.db', bytes, select: { query } })
  expect(await ask('SELECT substr(a, 1, 2) AS b FROM t ORDER BY a')).toHaveProperty('document')
  expect(await ask('SELECT substr(a, 1, 2) AS b, count(*) AS n FROM t GROUP BY a')).toHaveProperty('document')
  const bomb = 'WITH c AS MATERIALIZED (SELECT t.a, u.a AS b FROM t, t AS u) SELECT max(a || b) AS m FROM c'
  expect(await ask(bomb)).toMatchObject({ reason: expect.stringContaining('out of memory') })
})

it('reads in a child that runs the sources, too', () => {
  const code = `
    const { openParser } = await import('./open-parser.ts')
    const parser = openParser()
    const bytes = (await import('node:fs')).readFileSync('fixtures/page.htm')
    console.log(JSON.stringify(await parser.parse({ format: 'html', name: 'page.htm', bytes })))
    await parser.close()`
  const args = ['--conditions=@writ/source', '--no-warnings', '--input-type=module', '-e', code]
  const said = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' })
  expect(JSON.parse(said)).toMatchObject({ document: { title: 'About Acme' } })
})
