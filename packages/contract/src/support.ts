import type { Basis, Support } from './answer.ts'
import type { Json } from './json.ts'
import { QuotedWords } from './quoted-words.ts'
import { passagesOf, sentencesOf } from './sentences.ts'
import type { Citation } from './span.ts'

/** A passage of fewer characters stands everywhere, and so speaks for nothing. */
const PASSAGE_CHARS = 12
/** What ends a sentence, which the text that it is quoted from need not have there. */
const END = /[.!?…]+$/u
/** Pointers of unsupported leaves that an answer lists. */
const LISTED_PATHS = 20

/**
 * How the leaves of a released value stand. A string or number is `quoted` when it occurs, as whole words, in the quote of
 * a citation or names its document; so is each leaf of an object that equals a citation. Of the others, those of an
 * `exact` answer are `computed`. Null is no leaf. With `sentences`, each sentence of a text that is not quoted whole is a leaf, and one
 * whose quoted passages stand in citations is `quoted` as well; `/answer#2` is the second sentence of a text.
 */
export function supportOf(
  value: Json,
  citations: readonly Citation[],
  basis: Basis | null,
  sentences = false,
): Support {
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
  const quotesCited = (sentence: string): boolean => {
    const passages = passagesOf(sentence).filter((passage) => passage.length >= PASSAGE_CHARS)
    return passages.length > 0 && passages.every(occurs)
  }
  const leaf = (text: string | null, path: string, cited: boolean): void => {
    if (cited || (text !== null && (occurs(text) || (sentences && quotesCited(text))))) count.quoted += 1
    else if (basis === 'exact') count.computed += 1
    else {
      count.unsupported += 1
      if (unsupportedPaths.length < LISTED_PATHS) unsupportedPaths.push(path)
    }
  }
  const text = (prose: string, path: string): void => {
    const all = sentencesOf(prose)
    const bare = (sentence: string): string => sentence.replace(END, '')
    if (all.length < 2) leaf(bare(prose), path, false)
    else for (const [i, sentence] of all.entries()) leaf(bare(sentence), `${path}#${i + 1}`, false)
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
    } else if (sentences && typeof node === 'string' && !cited && !occurs(node)) text(node, path)
    else leaf(typeof node === 'boolean' ? null : String(node), path, cited)
  }
  return { ...count, unsupportedPaths }
}

function citesSpan(node: object, spans: ReadonlySet<string>): boolean {
  if (!('doc' in node && 'start' in node && 'end' in node)) return false
  return spans.has(JSON.stringify([node.doc, node.start, node.end]))
}
