import type { Passage, SearchRequest } from '@writ/contract'
import { WritError } from '@writ/contract'
import { MAX_PASSAGES } from './limits.ts'
import { matchExpression } from './match-expression.ts'
import type { OpenPack } from './pack-directory.ts'

// A word in the name of a file counts like four in its text, one in its title like two more: titles are text, too.
// Of equal scores the first in (document, offset) order wins. `wanted` is JSON of document numbers, or null for all.
const QUERY = `
  SELECT doc, start, "end", (SELECT title FROM docs WHERE n = doc) AS title FROM (
    SELECT rowid AS n, bm25(passages, 1, 4, 2) AS score FROM passages
    WHERE passages MATCH :match
      AND (:wanted IS NULL OR (SELECT doc FROM spans WHERE spans.n = passages.rowid) IN (SELECT value FROM json_each(:wanted)))
    ORDER BY score, rowid LIMIT :k
  ) AS found JOIN spans USING (n) ORDER BY found.score, found.n`

interface Row {
  readonly doc: number
  readonly start: number
  readonly end: number
  readonly title: string
}

/** The k best passages for a query by BM25. */
export function search({ pack, index }: OpenPack, { query, k, docs }: SearchRequest): Passage[] {
  if (!Number.isSafeInteger(k) || k < 1)
    throw new WritError('BAD_REQUEST', `k is ${k}, not a positive integer`)
  const match = matchExpression(query)
  if (match === undefined) return []
  const numbers = docs?.map((id) => pack.numberOf(id)).filter((n) => n !== undefined)
  const rows: unknown[] = index.prepare(QUERY).all({
    match,
    wanted: numbers === undefined ? null : JSON.stringify(numbers),
    k: Math.min(k, MAX_PASSAGES),
  })
  return (rows as Row[]).map((row, at) => {
    const doc = pack.documents[row.doc]
    if (doc === undefined)
      throw new Error(`the index names document ${row.doc}, which the pack does not have`)
    const text = pack.text(doc, row.start, row.end)
    const span = pack.span(doc, row.start, row.end, text)
    return { doc: doc.id, ...span, title: row.title, text: text.toString(), rank: at + 1 }
  })
}
