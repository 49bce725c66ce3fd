import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RECORDS_INDEX, ROWS_IN_BLOCK, RunRecords } from './run-records.ts'

const COLUMNS = 'run INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL'
const SHARDS = {
  'a shard of now': `CREATE TABLE records(${COLUMNS}) STRICT; ${RECORDS_INDEX}`,
  'one of version 3': `CREATE TABLE records(${COLUMNS}, UNIQUE(run, seq)) STRICT`,
  'one of version 3 that is written': `CREATE TABLE records(${COLUMNS}, UNIQUE(run, seq)) STRICT; ${RECORDS_INDEX}`,
  'one of version 1': `CREATE TABLE records(${COLUMNS}, PRIMARY KEY(run, seq)) STRICT, WITHOUT ROWID`,
}

function shard(schema: string, runs: Readonly<Record<number, number>>): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec(schema)
  const add = db.prepare('INSERT INTO records VALUES (?, ?, ?)')
  for (const [run, count] of Object.entries(runs))
    for (let seq = 0; seq < count; seq += 1) add.run(Number(run), seq, Buffer.from(`${run}/${seq}`))
  return db
}

describe.each(Object.entries(SHARDS))('%s', (_, schema) => {
  const sizes = fc.record({ 1: fc.nat(300), 2: fc.nat(300), 3: fc.nat(300) })

  test('gives the rows of a run from a seq on, and where it ends', () => {
    fc.assert(
      fc.property(sizes, fc.nat(320), fc.integer({ min: 1, max: 300 }), (counts, from, most) => {
        const records = new RunRecords(shard(schema, counts))
        const count = counts[2]
        const rows = records
          .from(2, from, most)
          .map(({ bytes }) => Buffer.from(bytes as Uint8Array).toString())
        const length = Math.max(0, Math.min(count - from, most))
        expect(rows).toEqual(Array.from({ length }, (_, n) => `2/${from + n}`))
        expect(records.extent(2)).toEqual({ count, last: count - 1 })
        expect(records.endsAt(2, count - 1)).toBe(true)
        expect(records.endsAt(2, count)).toBe(false)
        if (count > 0) expect(records.endsAt(2, count - 2)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('counts fewer than the last seq says when one before it is missing, and gives those behind it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), (count, pick) => {
        const db = shard(schema, { 2: count })
        db.prepare('DELETE FROM records WHERE seq = ?').run(pick % (count - 1))
        const records = new RunRecords(db)
        const extent = records.extent(2)
        expect(extent.count).toBe(extent.last)
        expect(records.from(2, 0, 1_000).at(-1)?.seq).toBe(count - 1)
      }),
      { numRuns: 40 },
    )
  })

  test('nothing of another run, nor of the same run before it, is read', () => {
    const plan = shard(schema, { 1: 1 })
      .prepare(`EXPLAIN QUERY PLAN ${ROWS_IN_BLOCK}`)
      .all(0, 1, 0, 64)
      .map(({ detail }) => String(detail))
    expect(plan).toEqual([expect.stringMatching(/^SEARCH records USING .*run=\? AND seq>\? AND seq<\?\)$/)])
  })
})
