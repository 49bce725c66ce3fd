import type { Passage, SearchRequest } from '@writ/contract'
import { WritError } from '@writ/contract'
import { MAX_PASSAGES } from './limits.ts'
import { matchExpression } from './match-expression.ts'
import type { OpenPack } from './pack-directory.ts'

// A word in the name of a file counts like four in its text, one in its title like two more: titles are text, too.
// Of equal scores the first in (document, offset) order wins. `wanted` is JSON of document numbers, or null for all.
const SCORED = `
  SELECT rowid AS n, bm25(passages, 1, 4, 2) AS score FROM passages
  WHERE passages MATCH :match
    AND (:wanted IS NULL OR (SELECT doc FROM spans WHERE spans.n = passages.rowid) IN (SELECT value FROM json_each(:wanted)))`
const ROWS = 'found.score, doc, start, "end", (SELECT title FROM docs WHERE docs.n = doc) AS title'
const BEST = `
  SELECT ${ROWS} FROM (${SCORED} ORDER BY score, rowid LIMIT :k) AS found JOIN spans USING (n) ORDER BY found.score, found.n`
const EQUAL = `SELECT ${ROWS} FROM (${SCORED}) AS found JOIN spans USING (n) WHERE found.score = :score`

interface Row {
  readonly score: number
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
  const asked = { match, wanted: numbers === undefined ? null : JSON.stringify(numbers) }
  return best({ pack, index }, asked, Math.min(k, MAX_PASSAGES)).map((row, at) => {
    const doc = pack.byNumber(row.doc)
    if (doc === undefined)
      throw new Error(`the index names document ${row.doc}, which the pack does not have`)
    const text = pack.text(doc, row.start, row.end)
    const span = pack.span(doc, row.start, row.end, text)
    return { doc: doc.id, ...span, title: row.title, text: text.toString(), rank: at + 1 }
  })
}

interface Asked {
  readonly match: string
  readonly wanted: string | null
}

/** The k best rows. Where numbers are not in order of documents, rows of equal score are put in that order. */
function best({ pack, index }: Pick<OpenPack, 'pack' | 'index'>, asked: Asked, k: number): readonly Row[] {
  const first = rowsOf(index.prepare(BEST).all({ ...asked, k: pack.inOrder ? k : k + 1 }))
  if (pack.inOrder) return first
  const [last, next] = [first[k - 1], first[k]]
  const cutsEqual = last !== undefined && next !== undefined && last.score === next.score
  const equal = cutsEqual ? rowsOf(index.prepare(EQUAL).all({ ...asked, score: last.score })) : []
  const rows = cutsEqual ? [...first.filter(({ score }) => score < last.score), ...equal] : first
  const id = ({ doc }: Row): string => pack.byNumber(doc)?.id ?? ''
  const order = (a: Row, b: Row): number =>
    a.score - b.score || (id(a) === id(b) ? a.start - b.start : id(a) < id(b) ? -1 : 1)
  return rows.toSorted(order).slice(0, k)
}

function rowsOf(rows: readonly unknown[]): readonly Row[] {
  return rows as readonly Row[]
}
