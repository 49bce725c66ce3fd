import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bestRows } from './best-rows.ts'

const PASSAGES = 6000
const inOrder = { inOrder: true, byNumber: () => undefined }

let db: DatabaseSync
beforeAll(() => {
  db = new DatabaseSync(':memory:')
  db.exec(`
    CREATE TABLE docs (n INTEGER PRIMARY KEY, title TEXT);
    CREATE TABLE spans (n INTEGER PRIMARY KEY, doc INTEGER, start INTEGER, "end" INTEGER);
    CREATE VIRTUAL TABLE passages USING fts5(text, name, title, content = '', tokenize = 'porter unicode61');
    BEGIN`)
  const span = db.prepare('INSERT INTO spans VALUES (?, ?, 0, 1)')
  const passage = db.prepare('INSERT INTO passages (rowid, text, name, title) VALUES (?, ?, ?, ?)')
  for (let n = 1; n <= PASSAGES; n += 1) {
    // A word of rank r is in about one passage of r, some of them often.
    const words = Array.from({ length: 60 }, (_, rank) => rank + 1).flatMap((rank) =>
      (n * 2654435761) % (rank * 7919) < 7919
        ? Array.from({ length: 1 + ((n * rank) % 3) }, () => `w${rank}`)
        : [],
    )
    if (n % 1999 === 0) words.push('once')
    // A rare word that is worth little where it stands: less than frequent ones in short passages.
    if (n % 300 === 7) words.push('seldom', ...Array.from({ length: 140 }, () => 'filler'))
    span.run(n, n)
    passage.run(n, `${words.join(' ')} ${'filler '.repeat(n % 17)}`, n % 50 === 0 ? 'w2' : '', '')
  }
  db.exec('COMMIT')
})
afterAll(() => db.close())

/** The same by the shortest way: every passage is scored. */
function everyPassage(terms: readonly string[], k: number, wanted: readonly number[] | undefined): unknown {
  const count = (term: string): number =>
    Number(db.prepare('SELECT count(*) AS n FROM passages WHERE passages MATCH ?').get(term)?.n)
  // Sums of another order may differ in their last bit.
  const rareFirst = terms.toSorted((a, b) => count(a) - count(b))
  const among = wanted === undefined ? '' : `AND rowid IN (${wanted.join(',')})`
  return db
    .prepare(
      `SELECT rowid AS doc FROM passages WHERE passages MATCH ? ${among} ORDER BY bm25(passages, 1, 4, 2), rowid LIMIT ?`,
    )
    .all(rareFirst.join(' OR '), k)
}

it.each([
  [['once', 'w1', 'w2']],
  [['w40', 'w2', 'w50', 'w1']],
  [['w59', 'w1', 'w30', 'w3', 'w2']],
  [['w1', 'w2']],
  [['absent', 'w1', 'w2']],
  [['w57', 'w58', 'w1']],
  [['seldom', 'w2', 'w3', 'w4']],
])('are those of %s that come first when every passage is scored', (words) => {
  const terms = words.map((word) => `"${word}"`)
  for (const k of [1, 10, 200]) {
    for (const wanted of [undefined, Array.from({ length: 90 }, (_, n) => 60 * n + 1)]) {
      const asked = { terms, wanted: wanted === undefined ? null : JSON.stringify(wanted), k }
      const rows = bestRows(db, inOrder, asked).map(({ doc }) => ({ doc }))
      const scores = bestRows(db, inOrder, asked).map(({ score }) => score)
      expect(scores).toEqual(scores.toSorted((a, b) => a - b))
      expect(rows).toEqual(everyPassage(terms, k, wanted))
    }
  }
})
