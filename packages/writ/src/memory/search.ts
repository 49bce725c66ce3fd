import type { Passage, SearchRequest } from '@writ/contract'
import { WritError } from '@writ/contract'
import { bestRows } from './best-rows.ts'
import { MAX_PASSAGES } from './limits.ts'
import { matchTerms } from './match-terms.ts'
import type { OpenPack } from './pack-directory.ts'

/** The k best passages for a query by BM25. */
export function search({ pack, index }: OpenPack, { query, k, docs }: SearchRequest): Passage[] {
  if (!Number.isSafeInteger(k) || k < 1)
    throw new WritError('BAD_REQUEST', `k is ${k}, not a positive integer`)
  const terms = matchTerms(query)
  if (terms.length === 0) return []
  const numbers = docs?.map((id) => pack.numberOf(id)).filter((n) => n !== undefined)
  const wanted = numbers === undefined ? null : JSON.stringify(numbers)
  const asked = { terms, wanted, k: Math.min(k, MAX_PASSAGES) }
  return bestRows(index, pack, asked).map((row, at) => {
    const doc = pack.byNumber(row.doc)
    if (doc === undefined)
      throw new Error(`the index names document ${row.doc}, which the pack does not have`)
    const text = pack.text(doc, row.start, row.end)
    const span = pack.span(doc, row.start, row.end, text)
    return { doc: doc.id, ...span, title: row.title, text: text.toString(), rank: at + 1 }
  })
}
