import type { Passage, SearchRequest } from '@writ/contract'
import { WritError } from '@writ/contract'
import { MAX_PASSAGES } from './limits.ts'
import type { OpenPack } from './pack-directory.ts'
import { queryTerms } from './query-terms.ts'

/** The k best passages for a query by BM25. */
export function search({ pack, table, ranking }: OpenPack, { query, k, docs }: SearchRequest): Passage[] {
  if (!Number.isSafeInteger(k) || k < 1)
    throw new WritError('BAD_REQUEST', `k is ${k}, not a positive integer`)
  const terms = queryTerms(query)
  if (terms.length === 0) return []
  const wanted = docs?.flatMap((id) => table.byId(id)?.layout ?? [])
  const asked = { terms, k: Math.min(k, MAX_PASSAGES), ...(wanted === undefined ? {} : { wanted }) }
  return ranking.best(asked).map(({ doc: { layout: doc, title }, start, end }, at) => {
    const text = pack.text(doc, start, end)
    const span = pack.span(doc, start, end, text)
    return { doc: doc.id, ...span, title, text: text.toString(), rank: at + 1 }
  })
}
