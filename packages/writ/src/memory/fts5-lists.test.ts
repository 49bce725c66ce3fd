import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Fts5Lists } from './fts5-lists.ts'
import { ListWalker } from './list-walker.ts'
import { COLUMN_WEIGHTS, phraseRows } from './term-rows.ts'

let db: DatabaseSync
beforeEach(() => {
  db = new DatabaseSync(':memory:')
})
afterEach(() => db.close())

/** A table whose lists are written so often that they are in many segments, some of them on their way into others. */
function passages(many: number, held: number): void {
  db.exec(`
    CREATE VIRTUAL TABLE passages USING fts5(text, name, title, content = '');
    INSERT INTO passages (passages, rank) VALUES ('hashsize', ${held})`)
  const insert = db.prepare('INSERT INTO passages (rowid, text, name, title) VALUES (?, ?, ?, ?)')
  for (let n = 1; n <= many; n += 1) {
    const words = Array.from({ length: 1 + ((n * 7) % 150) }, (_, at) => `w${(n * 31 + at * at) % 300}`)
    const text = `all ${n % 3 === 0 ? 'third '.repeat(1 + (n % 5)) : ''}${words.join(' ')} all of them`
    insert.run(n, text, n % 10 === 0 ? 'third all' : '', n % 15 === 0 ? 'all' : '')
  }
}

/** What a term weighs in each row, counted by the table of FTS5 itself. */
function counted(words: readonly string[]): Map<number, number> {
  db.exec('CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, passages, instance)')
  const places = words.map((word) =>
    db.prepare('SELECT doc, col, "offset" FROM temp.places WHERE term = ? ORDER BY doc').all(word),
  )
  const sets = places.map((rows) => new Set(rows.map(({ doc, col, offset }) => [doc, col, offset].join(' '))))
  const sums = new Map<number, number>()
  for (const { doc, col, offset } of places[0] ?? []) {
    if (!sets.every((set, nth) => set.has([doc, col, Number(offset) + nth].join(' ')))) continue
    const weight = { text: 1, name: 4, title: 2 }[String(col)] ?? 0
    sums.set(Number(doc), (sums.get(Number(doc)) ?? 0) + weight)
  }
  return sums
}

/** Sizes and an average length by which a score tells a weight. */
const scoreOf = (weight: number): number => (weight * 2.2) / (weight + 1.2 * 0.25)

/** What a word scores in each row, up to one; checks that as many are counted. */
function scored(lists: Fts5Lists, word: string, most: number): Map<number, number> {
  const walker = ListWalker.get(COLUMN_WEIGHTS)
  const walked = { lists: lists.lists(word), sizes: new Int32Array(most + 1), counts: undefined }
  walker.begin(most, most + 1)
  const many = walker.count(walked)
  walker.add(walked, 1, 1)
  const taken = walker.take(most + 1, undefined)
  expect(taken.map(({ row }) => row)).toEqual(taken.map(({ row }) => row).sort((a, b) => a - b))
  expect(taken).toHaveLength(many)
  return new Map(taken.map(({ row, score }) => [row, score]))
}

it.each([1e9, 20_000, 3000])('are what FTS5 says of each word when %d bytes are held', (held) => {
  passages(1500, held)
  const segments = Number(db.prepare('SELECT count(DISTINCT segid) AS n FROM passages_idx').get()?.n)
  if (held < 1e9) expect(segments).toBeGreaterThan(1)
  const lists = new Fts5Lists(db)
  const words = ['all', 'third', 'of', 'w0', 'w1', 'w299', 'w30', 'w3', 'absent', 'a', 'zzz']
  for (const word of words) {
    const weights = [...counted([word])].map(([row, weight]) => [row, scoreOf(weight)] as const)
    expect(scored(lists, word, 1500)).toEqual(new Map(weights))
  }
  for (const term of [
    ['all', 'of', 'them'],
    ['third', 'third'],
    ['third', 'all'],
    ['w1', 'of'],
  ]) {
    const { rows, weights } = phraseRows(term.map((word) => lists.lists(word)))
    const found = new Map([...rows].map((row, at) => [row, weights[at]]))
    expect(found).toEqual(counted(term))
  }
})

it('are read where a term ends its page and its list begins the next', () => {
  // One of these lengths has it.
  for (let length = 4025; length < 4045; length += 1) {
    db.exec(
      "DROP TABLE IF EXISTS passages; CREATE VIRTUAL TABLE passages USING fts5(text, name, title, content = '')",
    )
    const insert = db.prepare('INSERT INTO passages (rowid, text, name, title) VALUES (?, ?, ?, ?)')
    db.exec('BEGIN')
    for (let n = 1; n <= 3000; n += 1) insert.run(n, n === 1 ? `${'a'.repeat(length)} mm` : 'mm', '', '')
    db.exec('COMMIT')
    insert.run(3001, 'mm', '', '')
    // Segments that are put together are cut into pages in another way than those that are new.
    db.exec("INSERT INTO passages (passages) VALUES ('optimize')")
    const rows = [...scored(new Fts5Lists(db), 'mm', 3001).keys()]
    expect([rows.length, rows.at(-1)]).toEqual([3001, 3001])
  }
})

it('are an error once something was deleted, which they do not tell from what is there', () => {
  passages(20, 1e9)
  db.exec("INSERT INTO passages (passages, rowid, text, name, title) VALUES ('delete', 3, 'all', '', '')")
  expect(() => scored(new Fts5Lists(db), 'all', 20)).toThrow(/deleted|not in order/)
  const lists = new Fts5Lists(db).lists('all')
  expect(() => phraseRows([lists, lists])).toThrow(/deleted/)
})
