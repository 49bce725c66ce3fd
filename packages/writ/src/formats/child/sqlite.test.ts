import type { Parsed } from '@writ/contract'
import { expect, it } from 'vitest'
import { database } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'
import { openCopy } from './sqlite-schema.ts'

const parse = (bytes: Buffer): Promise<Parsed> => parseFile({ format: 'sqlite', name: 'a.db', bytes })
const made = (statements: string): Promise<Parsed> => parse(database(statements))

it('reads every table, with a line and a key for each record', async () => {
  const { document } = await made(`
    CREATE TABLE orders(id INTEGER PRIMARY KEY, day TEXT, amount REAL, code TEXT, note);
    INSERT INTO orders VALUES (7, '2024-01-05', 10.5, '007', x'00ff'), (9007199254740993, NULL, 2, '', 'two\nlines');
    CREATE TABLE pairs(a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    INSERT INTO pairs VALUES ('x', 2), ('x', 1);
    CREATE TABLE plain(rowid TEXT); INSERT INTO plain VALUES ('y');`)
  expect(document?.text).toBe(
    'Table orders\nid\tday\tamount\tcode\tnote\n7\t2024-01-05\t10.5\t007\t(2 bytes)\n' +
      '9007199254740993\t\t2\t\ttwo lines\n\nTable pairs\na\tb\nx\t1\nx\t2\n\nTable plain\nrowid\ny\n',
  )
  expect(document?.tables).toMatchObject([
    {
      part: 'orders',
      columns: [{ isText: false }, { isText: true }, { isText: false }, { isText: true }, { isText: true }],
      rows: [
        { cells: ['7', '2024-01-05', '10.5', '007', '(2 bytes)'] },
        { cells: ['9007199254740993', null, '2', null, 'two\nlines'] },
      ],
    },
    { part: 'pairs', rows: [{ cells: ['x', '1'] }, { cells: ['x', '2'] }] },
    { part: 'plain', rows: [{ cells: ['y'] }] },
  ])
  expect(document?.places?.names).toEqual(
    expect.arrayContaining(['orders', 'id = 7', 'a = x, b = 1', 'plain', 'rowid = 1']),
  )
})

it('reads wide text and a database that was written with a log', async () => {
  const wide = database("PRAGMA encoding = 'UTF-16be'; CREATE TABLE t(a); INSERT INTO t VALUES ('Zoë')")
  wide[18] = 2
  wide[19] = 2
  expect((await parse(wide)).document?.text).toContain('Zoë')
})

it('runs nothing of it, and says what it did not read', async () => {
  const { document } = await made(`
    CREATE TABLE t(a, b AS (a * 2), c AS (a * 3) STORED); INSERT INTO t(a) VALUES (4);
    CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n;
    CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END;
    CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('hidden words');
    CREATE TABLE f_archive(a); INSERT INTO f_archive VALUES (1);`)
  expect(document?.tables).toMatchObject([
    { part: 't', rows: [{ cells: ['4', '12'] }] },
    { part: 'f_archive', rows: [{ cells: ['1'] }] },
  ])
  expect(document?.warnings).toEqual([
    'table t: computed columns are not read: b',
    'not read of it: v (a view), f (a virtual table, with what it keeps)',
  ])
})

it('keeps no table of text that is in no encoding', async () => {
  const { document } = await made("CREATE TABLE t(a TEXT); INSERT INTO t VALUES (CAST(x'c328' AS TEXT))")
  expect(document?.tables).toMatchObject([{ problem: expect.stringContaining('not in the encoding') }])
})

it.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096)],
  ['changed', (bytes: Buffer) => Buffer.from(bytes.fill(0xa5, 8192, 8400))],
])('refuses one that is %s as damaged', async (_how, harm) => {
  const whole = database(
    'CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT hex(i) FROM n',
  )
  await expect(parse(harm(whole))).rejects.toMatchObject({ refusal: { code: 'damaged' } })
})

it('lets nothing but plain reading be prepared', () => {
  const db = openCopy(database('CREATE TABLE t(a); INSERT INTO t VALUES (1)'))
  expect(db.prepare('SELECT typeof(a) AS type FROM t').get()).toMatchObject({ type: 'integer' })
  for (const statement of [
    'SELECT randomblob(1)',
    "SELECT load_extension('x')",
    'DELETE FROM t',
    "ATTACH 'x' AS y",
    'PRAGMA writable_schema = ON',
    'CREATE TEMP TABLE u(a)',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n',
  ])
    expect(() => db.prepare(statement).get(), statement).toThrow(/not authorized|prohibited/)
  db.close()
})

it('takes what SQLite keeps for itself for no table', async () => {
  const { document } = await made(
    'CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t(a) VALUES (1); ANALYZE',
  )
  expect(document?.tables.map(({ part }) => part)).toEqual(['t'])
})
