import type { Basis, Support } from './answer.ts'
import type { Json } from './json.ts'
import { QuotedWords } from './quoted-words.ts'
import type { Citation } from './span.ts'

/** Pointers of unsupported leaves that an answer lists. */
const LISTED_PATHS = 20

/**
 * How the leaves of a released value stand. A string or number is `quoted` when it occurs, as whole words, in the quote of
 * a citation or names its document; so is each leaf of an object that equals a citation. Of the others, those of an
 * `exact` answer are `computed`. Null is no leaf.
 */
export function supportOf(value: Json, citations: readonly Citation[], basis: Basis | null): Support {
  const docs = new Set(citations.map(({ doc }) => doc))
  const spans = new Set(citations.map(({ doc, start, end }) => JSON.stringify([doc, start, end])))
  const quotes = new QuotedWords(citations.map(({ quote }) => quote))
  const known = new Map<string, boolean>()
  const count = { quoted: 0, computed: 0, unsupported: 0 }
  const unsupportedPaths: string[] = []
  const occurs = (text: string): boolean => {
    const found = known.get(text) ?? (docs.has(text) || quotes.hold(text.trim()))
    known.set(text, found)
    return found
  }
  const leaf = (text: string | null, path: string, cited: boolean): void => {
    if (cited || (text !== null && occurs(text))) count.quoted += 1
    else if (basis === 'exact') count.computed += 1
    else {
      count.unsupported += 1
      if (unsupportedPaths.length < LISTED_PATHS) unsupportedPaths.push(path)
    }
  }
  const open: { value: Json; path: string; cited: boolean }[] = [{ value, path: '', cited: false }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: node, path, cited } = next
    if (node === null) continue
    if (typeof node === 'object') {
      const within = cited || citesSpan(node, spans)
      const parts = Array.isArray(node)
        ? node.map((part, i) => [String(i), part] as const)
        : Object.entries(node)
      for (const [key, part] of parts.reverse())
        open.push({
          value: part,
          path: `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          cited: within,
        })
    } else leaf(typeof node === 'boolean' ? null : String(node), path, cited)
  }
  return { ...count, unsupportedPaths }
}

function citesSpan(node: object, spans: ReadonlySet<string>): boolean {
  if (!('doc' in node && 'start' in node && 'end' in node)) return false
  return spans.has(JSON.stringify([node.doc, node.start, node.end]))
}
