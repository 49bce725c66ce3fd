import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { block, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// One table, or one query, of a SQLite database as a source: named by a path of its own, read in the confined child.

const here = testRuns()
const { run, verified } = here

const QUERY = `SELECT customer, sum(total) AS spent FROM orders
  GROUP BY customer ORDER BY customer`

function shop(more = ''): string {
  const path = join(here.place, 'shop.db')
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE IF NOT EXISTS orders(id INTEGER PRIMARY KEY, customer TEXT, total REAL);
    CREATE TABLE IF NOT EXISTS staff(name TEXT, password TEXT);
    INSERT INTO orders(customer, total) VALUES ('Ann', 10.5), ('Bob', 4), ('Ann', 2);
    INSERT INTO staff VALUES ('Eve', 'hunter2'); ${more}`)
  db.close()
  return path
}

const asked = (...paths: readonly string[]) => ({ asked: { context: { paths } } })

describe('a part of a database', () => {
  it('is a document and a table, cited by its record and by the whole query, and nothing else of the file is there', async () => {
    const path = shop()
    const code = `
      const ids = (await docs()).map(({ id, title }) => [id, title]);
      const [, query] = ids;
      const orders = (await sql('SELECT sum(total) AS sum, count(*) AS n FROM shop_orders')).rows[0];
      const spent = (await sql('SELECT customer, spent, _span FROM shop ORDER BY spent DESC')).rows;
      await cite(spent[0]._span); await cite(spent[0]._span, { column: 'spent' });
      FINAL({ ids, orders, spent: spent.map(({ customer, spent }) => [customer, spent]), tables: (await tables()).map(({ name }) => name),
        staff: await sql('SELECT * FROM shop_staff').catch((error) => error.name), eve: (await grep('hunter2')).matches.length })`
    const { answer } = await run(
      sequence([block(code)]),
      asked(`sqlite:${path}#orders`, `sqlite:${path}?${QUERY}`),
    )
    const id = `shop.db?${createHash('sha256').update(QUERY).digest('hex').slice(0, 12)}`
    const oneLine = QUERY.replaceAll(/\s+/g, ' ')
    expect(answer.value).toEqual({
      ids: [
        ['shop.db#orders', 'Table orders'],
        [id, `Query ${oneLine}`],
      ],
      orders: { sum: 16.5, n: 3 },
      spent: [
        ['Ann', 12.5],
        ['Bob', 4],
      ],
      tables: ['shop_orders', 'shop'],
      staff: 'UnknownTable',
      eve: 0,
    })
    const file = `sqlite:shop.db?${QUERY}`
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    const origin = { file, sha256, place: { kind: 'record', table: 'query', record: 'row = 1' } }
    expect(answer.citations.map(({ quote, origin: from }) => [quote, from])).toEqual([
      ['Ann\t12.5', origin],
      ['12.5', origin],
    ])
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it.each([
    ['#nothing', 'it has no table nothing; it has orders, staff'],
    ['?DELETE FROM orders', 'its query begins with DELETE and is no SELECT'],
    ['?SELECT * FROM pragma_table_info(1)', 'reads pragma_table_info'],
    ['?WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n', 'WITH RECURSIVE'],
    ['', 'it names no table and no query'],
    ['?', 'it names no table and no query'],
    ['#a\u202eb', 'characters that cannot be shown'],
  ])('that is named as %s is refused before anything is asked', async (end, words) => {
    const path = shop()
    await expect(run(sequence([]), asked(`sqlite:${path}${end}`))).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringContaining(words),
    })
    expect(here.simulator?.journal().requests).toBe(0)
  })

  it('of no file, or of a file that is none, is refused', async () => {
    shop()
    await expect(run(sequence([]), asked(`sqlite:${here.place}/none.db#t`))).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    })
    await expect(run(sequence([]), asked(`sqlite:${here.place}#t`))).rejects.toMatchObject({
      code: 'BAD_SOURCE',
    })
  })

  it('of a file that is being written is refused', async () => {
    const path = shop()
    writeFileSync(`${path}-wal`, 'changes')
    await expect(run(sequence([]), asked(`sqlite:${path}#orders`))).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringContaining('changes to it lie in the file -wal beside it'),
    })
  })

  it('is read again when its file changed, and only then', async () => {
    const source = `sqlite:${shop()}?SELECT count(*) AS n FROM orders`
    await run(sequence([block('FINAL(1)')]))
    const ingest = async () => {
      const kept = await here.writ?.ingest('shop', { paths: [source] })
      const [only] = (kept?.partitions ?? []).flatMap(({ id }) => kept?.documents(id) ?? [])
      const text = only && (await kept?.read(only.id, 0, only.bytes))
      await kept?.close()
      return { changes: kept?.changes, text: text?.text }
    }
    expect((await ingest()).text).toContain('\nn\n3\n')
    expect(await ingest()).toMatchObject({ changes: { unchanged: 1, changed: [] } })
    shop()
    const again = await ingest()
    expect(again.text).toContain('\nn\n6\n')
    expect(again.changes?.changed).toHaveLength(1)
  })
})
