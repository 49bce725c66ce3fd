import { setTimeout } from 'node:timers/promises'
import type { QueryTable } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenWith } from '../vm-fixture.ts'
import { ConfinedQueries } from './confined-queries.ts'
import { DUCKDB, DUCKDB_VERSION } from './duckdb-files.ts'
import { confinedQueries, SALES } from './queries.fixture.ts'

// DuckDB in the confined child as a run has it.

let queries: ConfinedQueries
let endChild: () => Promise<void>
const { signal } = new AbortController()

beforeAll(async () => {
  ;({ queries, endChild } = await confinedQueries())
})
afterAll(() => queries.close())

const rows = async (query: string, limit = 100): Promise<unknown> =>
  (await queries.run(query, [SALES], limit, signal)).rows

describe('queries', () => {
  it('give values as JSON holds them, and where rows stand when that is asked for', async () => {
    expect(await rows('SELECT *, region IS NULL AS empty FROM sales')).toEqual([
      { region: 'EMEA', amount: 10.5, day: '2024-01-31', paid: true, pieces: 3, empty: false },
      {
        region: 'APAC',
        amount: -0.25,
        day: '2024-02-29',
        paid: false,
        pieces: '999999999999999999',
        empty: false,
      },
      { region: null, amount: null, day: null, paid: null, pieces: null, empty: true },
    ])
    expect(await rows("SELECT s._span AS place FROM sales s WHERE region = 'APAC'")).toEqual([
      { place: { doc: 'sales.csv', start: 28, end: 74 } },
    ])
    expect(
      await rows(
        `SELECT sum(amount) AS sum, 0.1::DOUBLE AS d, 'NaN'::DOUBLE AS n, [1, NULL] AS l, MAP {'a': 1} AS m FROM sales`,
      ),
    ).toEqual([{ sum: 10.25, d: 0.1, n: 'NaN', l: [1, null], m: [{ key: 'a', value: 1 }] }])
  })

  it('say which tables they read, those they define themselves apart', async () => {
    const query = `WITH t AS (SELECT * FROM "a b.csv") SELECT * FROM t JOIN 'c.csv' USING (x) WHERE x IN (FROM d SELECT x)`
    expect(await queries.names(query, signal)).toEqual({
      tables: ['a b.csv', 'c.csv', 'd', 't'],
      defined: ['t'],
    })
  })

  it('give as many rows as are asked for, in the order of the table, and say that there are more', async () => {
    const result = await queries.run('SELECT region FROM sales', [SALES], 2, signal)
    expect(result).toMatchObject({ rows: [{ region: 'EMEA' }, { region: 'APAC' }], truncated: true })
  })

  it.each([
    ['no SELECT', 'DELETE FROM sales', 'one SELECT'],
    ['two statements', 'SELECT 1; SELECT 2', 'one SELECT'],
    ['a file', "SELECT * FROM read_csv('/etc/passwd')", 'read_csv is not there'],
    ['a clock', 'SELECT current_date', 'no clock'],
    ['chance', 'SELECT random()', 'does not give the same'],
    ['a sample', 'SELECT * FROM sales USING SAMPLE 1', 'does not give the same'],
    ['a schema', 'SELECT * FROM kept.t0', 'There is no schema here'],
    ['a catalog', 'SELECT * FROM duckdb_settings()', 'duckdb_settings is not there'],
    ['nothing that can be parsed', 'SELEC', 'syntax error'],
  ])('are refused by their text: %s', async (_what, query, message) => {
    await expect(queries.names(query, signal)).rejects.toMatchObject({
      code: 'BAD_SQL',
      message: expect.stringContaining(message),
    })
  })

  it('are ended with their process when nobody waits any more, and the next has another', async () => {
    const waiting = new AbortController()
    const query = 'SELECT count(*) FROM range(100000000) a, range(1000000) b'
    const endless = queries.run(query, [], 1, waiting.signal)
    waiting.abort(new Error('enough'))
    await expect(endless).rejects.toThrow('enough')
    expect(await rows('SELECT count(*) AS n FROM sales')).toEqual([{ n: 3 }])
  })

  it('have another process where theirs was killed, before they came or under them', async () => {
    expect(await rows('SELECT count(*) AS n FROM sales')).toEqual([{ n: 3 }])
    const [before = 0] = childrenWith('sql/child/main')
    process.kill(before, 'SIGKILL')
    expect(await rows('SELECT count(*) AS n FROM sales')).toEqual([{ n: 3 }])
    const [next = 0] = childrenWith('sql/child/main')
    expect(next).not.toBe(before)
    const under = rows(
      'SELECT sum(a.range * b.range % 7) % 2 < 2 AS known FROM range(10000) a, range(10000) b',
    )
    await setTimeout(100)
    process.kill(next, 'SIGKILL')
    expect(await under).toEqual([{ known: true }])
  })

  it('go no further when nobody waits any more while the rows of a table are fetched', async () => {
    const waiting = new AbortController()
    const left: QueryTable = {
      ...SALES,
      key: 'left',
      rows: (from) => {
        waiting.abort(new Error('enough'))
        return SALES.rows(from)
      },
    }
    await expect(queries.run('SELECT count(*) AS n FROM sales', [left], 1, waiting.signal)).rejects.toThrow(
      'enough',
    )
    expect(await rows('SELECT count(*) AS n FROM sales')).toEqual([{ n: 3 }])
  })

  it('are stopped, and not refused, where their process ends between the rows of a table', async () => {
    const ended: QueryTable = {
      ...SALES,
      key: 'ended',
      rows: async (from) => {
        const all = await SALES.rows(0)
        if (from === 0) return { rows: all.rows.slice(0, 1), next: 1 }
        await endChild()
        return { rows: all.rows.slice(1), next: null }
      },
    }
    await expect(queries.run('SELECT count(*) FROM sales', [ended], 1, signal)).rejects.toMatchObject({
      code: 'SQL_STOPPED',
    })
    expect(await rows('SELECT count(*) AS n FROM sales')).toEqual([{ n: 3 }])
  })
})

it('says how DuckDB is installed where it is not', async () => {
  const without = new ConfinedQueries(
    () => expect.unreachable(),
    () => undefined,
  )
  await expect(without.names('SELECT 1', signal)).rejects.toMatchObject({
    code: 'SQL_UNAVAILABLE',
    next: `Install it where Writ is installed: npm install ${DUCKDB}@${DUCKDB_VERSION}`,
  })
})
