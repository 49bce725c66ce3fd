import type { Parsed } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { database } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'

const SHOP = `
  CREATE TABLE orders(id INTEGER PRIMARY KEY, item TEXT, total REAL, blob);
  INSERT INTO orders VALUES (1, 'anvil', 10.5, x'00ff'), (2, 'rope', NULL, NULL), (9007199254740993, 'rope', 2, NULL);
  CREATE TABLE customers(name TEXT); INSERT INTO customers VALUES ('Zoë');
  CREATE VIEW cheap AS SELECT id, total FROM orders WHERE total < 5;
  CREATE VIEW bomb AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n;
  CREATE TRIGGER r AFTER INSERT ON orders BEGIN DELETE FROM orders; END;
  CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('hidden');`

const bytes = database(SHOP)
const select = (query: string): Promise<Parsed> =>
  parseFile({ format: 'sqlite', name: 'shop.db', bytes, select: { query } })
const table = (name: string): Promise<Parsed> =>
  parseFile({ format: 'sqlite', name: 'shop.db', bytes, select: { table: name } })
const reason = (words: string): object => ({ refusal: { reason: expect.stringContaining(words) } })

describe('a table of a database', () => {
  it('is all that is read of it', async () => {
    const { document } = await table('Orders')
    expect(document?.text).toBe(
      'Table orders\nid\titem\ttotal\tblob\n1\tanvil\t10.5\t(2 bytes)\n2\trope\t\t\n9007199254740993\trope\t2\t\n',
    )
    expect(document?.tables).toMatchObject([
      { part: '', rows: [{ cells: ['1', 'anvil', '10.5', '(2 bytes)'] }, {}, {}] },
    ])
    expect(document?.warnings).toEqual([])
    expect(JSON.stringify(document)).not.toContain('Zoë')
  })

  it.each([
    ['nothing', 'it has no table nothing; it has orders, customers'],
    ['cheap', 'is a view: ask for it by a query'],
    ['words', 'is a virtual table'],
    ['words_data', 'it has no table words_data'],
    ['sqlite_schema', 'it has no table sqlite_schema'],
    ['orders" --', 'it has no table'],
  ])('that is %s is refused', async (name, words) => {
    await expect(table(name)).rejects.toMatchObject(reason(words))
  })
})

describe('a query of a database', () => {
  it('gives its rows as text and as one table, with the query in front of them', async () => {
    const { document } = await select(
      "SELECT item, sum(total) AS total, count(*) AS n, 'a\nb' AS note, x'00' AS b\n FROM orders GROUP BY item ORDER BY item",
    )
    expect(document?.text).toBe(
      "Query SELECT item, sum(total) AS total, count(*) AS n, 'a b' AS note, x'00' AS b FROM orders GROUP BY item ORDER BY item\n" +
        'item\ttotal\tn\tnote\tb\nanvil\t10.5\t1\ta b\t(1 bytes)\nrope\t2\t2\ta b\t(1 bytes)\n',
    )
    expect(document?.tables).toMatchObject([
      { part: '', columns: [{ name: 'item', isText: true }, { name: 'total', isText: false }, {}, {}, {}] },
    ])
    expect(document?.places?.names).toEqual(expect.arrayContaining(['query', 'row = 1', 'row = 2']))
  })

  it.each([
    ['SELECT id FROM cheap;', '9007199254740993'],
    ['with c(x) as (select name from customers) select x from c', 'Zoë'],
    ['SELECT DISTINCT o.item, c.name FROM orders o JOIN customers c ON 1 ORDER BY 1', 'rope\tZoë'],
    ['SELECT item, row_number() OVER (ORDER BY id) AS n FROM orders', 'rope\t3'],
    ["SELECT upper(substr(item, 1, 2)) FROM orders WHERE item LIKE 'an%' UNION SELECT 'x'", 'AN'],
    ['SELECT count(*) FROM orders WHERE 0', '0'],
    ['WITH c AS MATERIALIZED (SELECT id FROM orders) SELECT count(*) FROM c', '3'],
    ['SELECT count(*) FROM (SELECT item FROM orders GROUP BY item) AS sub', '2'],
    ['SELECT id FROM orders WHERE 0', 'id'],
  ])('may be %s', async (query, words) => {
    expect((await select(query)).document?.text).toContain(words)
  })

  it.each([
    ["ATTACH 'other.db' AS other", 'begins with ATTACH'],
    ["SELECT 1; ATTACH 'other.db' AS other", 'more than one statement'],
    ['DETACH main', 'and is no SELECT'],
    ['PRAGMA writable_schema = 1', 'begins with PRAGMA'],
    ["SELECT * FROM pragma_table_info('orders')", 'reads pragma_table_info'],
    ['SELECT * FROM pragma_database_list', 'reads pragma_database_list'],
    ["SELECT load_extension('./evil')", 'calls load_extension()'],
    ["SELECT load_extension('./evil', 'init') FROM orders", 'calls load_extension()'],
    ["SELECT writefile('x', 'y')", 'no such function'],
    ["SELECT readfile('/etc/passwd')", 'no such function'],
    ["SELECT * FROM fsdir('/')", 'no such table'],
    ["SELECT edit('x')", 'no such function'],
    ["SELECT fts3_tokenizer('simple')", 'fts3_tokenizer'],
    ['SELECT randomblob(1000000000)', 'calls randomblob()'],
    ['SELECT hex(zeroblob(500000000))', 'calls zeroblob()'],
    ["SELECT printf('%1000000000d', 1)", 'calls printf()'],
    ['SELECT random()', 'calls random()'],
    ["SELECT date('now')", 'calls date()'],
    ['SELECT current_timestamp', 'calls current_timestamp()'],
    ['SELECT sqlite_version()', 'calls sqlite_version()'],
    ['SELECT last_insert_rowid()', 'calls last_insert_rowid()'],
    ['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n', 'WITH RECURSIVE'],
    ['WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n', 'WITH RECURSIVE'],
    ['SELECT * FROM bomb LIMIT 1', 'WITH RECURSIVE'],
    ['INSERT INTO orders(id) VALUES (3)', 'and is no SELECT'],
    ["WITH x AS (SELECT 1) INSERT INTO customers SELECT 'x'", 'writes (INSERT)'],
    ["WITH x AS (SELECT 1) UPDATE customers SET name = 'x'", 'writes (UPDATE)'],
    ['WITH x AS (SELECT 1) DELETE FROM customers', 'writes (DELETE'],
    ['DROP TABLE orders', 'begins with DROP'],
    ['CREATE TABLE x(a)', 'and is no SELECT'],
    ["VACUUM INTO '/tmp/copy.db'", 'and is no SELECT'],
    ['REINDEX', 'and is no SELECT'],
    ['BEGIN', 'and is no SELECT'],
    ['EXPLAIN SELECT 1', 'and is no SELECT'],
    ['/* */ SELECT 1', 'and is no SELECT'],
    ['SELECT 1; DROP TABLE orders', 'more than one statement'],
    ['SELECT 1;\0DROP TABLE orders', 'statement'],
    ['SELECT ?1', 'has a parameter'],
    ['SELECT item FROM orders WHERE id = :id', 'has a parameter'],
    ['SELECT sql FROM sqlite_schema', 'reads sqlite_master'],
    ['SELECT * FROM words', 'reads words'],
    ["SELECT * FROM orders, words('hidden')", 'reads words'],
    ['SELECT count(*) FROM words', 'reads words'],
    ['SELECT count(*) FROM words_data', 'reads words_data'],
    ["SELECT count(*) FROM json_each('[1]')", 'reads json_each'],
    ['SELECT count(*) FROM dbstat', 'reads dbstat'],
    ["SELECT count(*) FROM pragma_table_info('orders')", 'reads pragma_table_info'],
    ['SELECT count(*) FROM sqlite_schema', 'reads sqlite_schema'],
    ['SELECT * FROM words_content', 'reads words_content'],
    ['SELECT * FROM dbstat', 'reads dbstat'],
    ["SELECT * FROM json_each('[1]')", 'reads json_each'],
    ['SELECT * FROM other.orders', 'no such table'],
    ['SELECT "no such column" FROM orders', 'no such column'],
    ['SELECT item FROM orders WHERE', 'incomplete input'],
    ['SELECT', 'incomplete input'],
    ['SELECTED 1', 'begins with SELECTED'],
    ['(SELECT 1)', 'begins with (SELECT'],
    [`SELECT ${'1,'.repeat(600)}1`, 'has 601 columns'],
    [
      `SELECT ${Array.from({ length: 60 }, () => 'SELECT 1')
        .join(' UNION ALL ')
        .slice(7)}`,
      'too many terms',
    ],
    ['SELECT item || item || item FROM orders ORDER BY likelihood(1, 2)', 'likelihood'],
  ])('may not be %s', async (query, words) => {
    await expect(select(query)).rejects.toMatchObject(reason(words))
  })

  it('finds no table of SQLite itself behind the name of one of the file', async () => {
    const named = database(
      `CREATE TABLE json_each(value); CREATE VIEW "pragma_table_info" AS SELECT 1 AS name; CREATE TABLE dbstat(name)`,
    )
    for (const query of [
      "SELECT value FROM temp.json_each('[1]')",
      "SELECT count(*) FROM temp.json_each('[1]')",
      'SELECT value FROM json_each',
      "SELECT name FROM temp.pragma_table_info('dbstat')",
      'SELECT name FROM temp.dbstat',
    ])
      await expect(
        parseFile({ format: 'sqlite', name: 'a.db', bytes: named, select: { query } }),
      ).rejects.toMatchObject(reason('which is no table and no view that may be read'))
  })

  it('calls no function that gives another value tomorrow through a column that is computed', async () => {
    // SQLite itself would not have inserted into such a table.
    const computed = (as: string): Uint8Array =>
      database(`CREATE TABLE t(a, b AS ('x')); INSERT INTO t(a) VALUES ('now'); PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a, b AS (${as.replaceAll("'", "''")}))'`)
    const read = (as: string): Promise<Parsed> =>
      parseFile({ format: 'sqlite', name: 'a.db', bytes: computed(as), select: { query: 'SELECT b FROM t' } })
    expect((await read("a || '!'")).document?.text).toContain('now!')
    for (const as of ['date(a)', "datetime('2024-01-01', 'localtime')", 'hex(zeroblob(500000000))'])
      await expect(read(as)).rejects.toThrow()
  })

  it('whose value is too long is refused within its limits', async () => {
    const long = database(`CREATE TABLE t(a); INSERT INTO t VALUES ('${'x'.repeat(1000)}')`)
    const times = (n: number): string => Array.from({ length: n }, (_, at) => `t t${at}`).join(', ')
    const query = `SELECT group_concat(t0.a) FROM ${times(1)} UNION ALL SELECT replace(replace(replace(a, 'x', a), 'x', a), 'x', a) FROM t`
    await expect(
      parseFile({ format: 'sqlite', name: 'a.db', bytes: long, select: { query } }),
    ).rejects.toThrow(/too big|longer than/)
  })

  it('over a damaged file is refused, wherever the damage is', async () => {
    const whole = database(
      'CREATE TABLE fine(a); INSERT INTO fine VALUES (1); CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT hex(i) FROM n',
    )
    const harmed = Buffer.from(whole)
    harmed.fill(0xa5, harmed.length - 4096, harmed.length - 3800)
    const asked = {
      format: 'sqlite',
      name: 'a.db',
      bytes: harmed,
      select: { query: 'SELECT a FROM fine' },
    } as const
    await expect(parseFile(asked)).rejects.toMatchObject({ refusal: { code: 'damaged' } })
  })
})
