import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { label } from '@writ/contract'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textFeed } from './document-source.ts'
import { type OpenPack, PackDirectory } from './pack-directory.ts'
import type { Part } from './pack-parts.ts'
import { queryTerms } from './query-terms.ts'
import { search } from './search.ts'

interface Text {
  readonly id: string
  readonly text: string
}

let home: string
let opened: OpenPack[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-ranking-'))
  opened = []
})
afterEach(() => {
  for (const { pack, indexes } of opened) {
    for (const index of indexes) index.close()
    pack.close()
  }
  rmSync(home, { recursive: true })
})

function directory(): PackDirectory {
  return new PackDirectory({ packs: home, indexes: home, scratch: home, durable: false })
}

function packed(texts: readonly Text[]): string {
  const candidates = texts.map(({ id, text }) => ({
    id,
    label: label('internal', [], true),
    feed: textFeed(text),
  }))
  return directory().put(candidates, []) ?? ''
}

function open(parts: readonly Part[]): OpenPack {
  const made = directory().open(directory().keepParts(parts))
  opened.push(made)
  return made
}

interface Place {
  readonly doc: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** The same by the shortest way: one index of the documents that count, of which FTS5 scores every passage. */
function everyPassage(texts: readonly Text[], query: string, k: number, docs?: readonly string[]): Place[] {
  const path = join(home, `${packed(texts)}.db`)
  open([{ pack: packed(texts), gone: [] }])
  const db = new DatabaseSync(path, { readOnly: true })
  const terms = queryTerms(query).map((term) => `"${term}"`)
  const count = (term: string): number =>
    Number(db.prepare('SELECT count(*) AS n FROM passages WHERE passages MATCH ?').get(term)?.n)
  // Sums of another order may differ in their last bit.
  const rareFirst = terms.toSorted((a, b) => count(a) - count(b)).join(' OR ')
  const rows: unknown[] =
    rareFirst === ''
      ? []
      : db
          .prepare(
            `SELECT docs.id AS doc, start, "end", -bm25(passages, 1, 4, 2) AS score FROM passages JOIN spans ON spans.n = passages.rowid JOIN docs ON docs.n = spans.doc
             WHERE passages MATCH ? AND (? IS NULL OR docs.id IN (SELECT value FROM json_each(?)))
             ORDER BY bm25(passages, 1, 4, 2), passages.rowid LIMIT ?`,
          )
          .all(rareFirst, docs ? '' : null, JSON.stringify(docs ?? []), k)
  db.close()
  return (rows as Place[]).map(({ doc, start, end, score }) => ({ doc, start, end, score }))
}

function found(pack: OpenPack, query: string, k: number, docs?: readonly string[]): Place[] {
  const passages = search(pack, { query, k, ...(docs === undefined ? {} : { docs }) })
  const wanted = docs?.flatMap((id) => pack.table.byId(id)?.layout ?? [])
  const terms = queryTerms(query)
  const ranked = pack.ranking.best({ terms, k, ...(wanted === undefined ? {} : { wanted }) })
  const scores = ranked.map(({ score }) => score)
  expect(scores).toHaveLength(passages.length)
  return passages.map(({ doc, start, end }, at) => ({ doc, start, end, score: scores[at] ?? Number.NaN }))
}

/** Documents of any order of names, many of them alike: words of all frequencies, compounds, words that have one stem. */
const words = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('the', 'release', 'notes', 'function', 'running', 'runs') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('GPL-2.0', 'gpl', '2.0', 'naïve', 'Ärger', "don't", 'foo_bar', '# note'),
  },
  { weight: 1, arbitrary: fc.nat(40).map((n) => `w${n}`) },
)
const texts = fc.uniqueArray(
  fc.record({
    id: fc.tuple(fc.constantFrom('a', 'b/release', 'gpl-2'), fc.nat(30)).map(([a, n]) => `${a}-${n}.md`),
    text: fc
      .tuple(fc.array(words, { minLength: 1, maxLength: 40 }), fc.constantFrom(1, 1, 1, 60))
      .map(([some, times]) => `${some.join(' ')}\n`.repeat(times)),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 24 },
)

describe('the ranking of a partition in several packs', () => {
  it('is that of one index of the documents that count, its scores to the last bit', () => {
    const query = fc.array(words, { minLength: 1, maxLength: 5 }).map((some) => some.join(' '))
    const asked = fc.record({ query, k: fc.constantFrom(1, 3, 10, 100), some: fc.boolean() })
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.nat()),
        fc.array(asked, { minLength: 3, maxLength: 6 }),
        (all, draws, asks) => {
          const draw = (n: number): number => draws[n % Math.max(1, draws.length)] ?? n
          // Some documents stand in an earlier pack with another text that counts no more.
          const packs = [0, 1, 2].map((part) => all.filter((_, n) => (draw(n) + n) % 3 === part))
          const parts = packs.flatMap((members, part): Part[] => {
            const old = part === 0 ? [] : members.filter((_, n) => n % 2 === 0)
            const earlier = old.map(({ id }) => ({ id, text: 'release release w1 w2 gone gpl 2.0\n' }))
            const pack = members.length === 0 ? [] : [{ pack: packed(members), gone: [] }]
            const gone =
              earlier.length === 0 ? [] : [{ pack: packed(earlier), gone: earlier.map((_, n) => n) }]
            return [...gone, ...pack]
          })
          const partition = open(parts)
          for (const { query: wanted, k, some } of asks) {
            const docs = some ? all.filter((_, n) => n % 2 === 0).map(({ id }) => id) : undefined
            expect(found(partition, wanted, k, docs)).toEqual(everyPassage(all, wanted, k, docs))
          }
        },
      ),
      { numRuns: Number(process.env.WRIT_RANKINGS ?? 25) },
    )
  })

  it('is right where lists of words go over many pages of the index', () => {
    const all = Array.from({ length: 1200 }, (_, n) => ({
      id: `${(n * 7919) % 1200}.txt`,
      text: `common ${'common often '.repeat((n * 31) % 23)}${n % 3 === 0 ? 'often seldom' : 'seldom not often'} ${'x '.repeat(n % 40)}${n % 97 === 0 ? 'rare' : ''}`,
    }))
    const halves = [all.filter((_, n) => n < 700), all.filter((_, n) => n >= 700)]
    const partition = open(halves.map((half) => ({ pack: packed(half), gone: [] })))
    for (const query of [
      'common',
      'often',
      'rare common often',
      'often-seldom',
      'common often seldom',
      'absent',
    ]) {
      for (const k of [1, 10, 1000]) expect(found(partition, query, k)).toEqual(everyPassage(all, query, k))
    }
  })
})
