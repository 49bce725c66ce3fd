/** A quote of an answer, and the document it is to be cited from. */
export interface Quote {
  readonly doc: string
  readonly quote: string
}

/** A line of evidence as the prompt asks for it: `[document id] "exact words"`. */
const EVIDENCE = /\[([^[\]\n]{1,1024})\] {0,8}"([^"\n]{1,8192})"/g

/** Words between quotation marks on one line; each mark may open a quote, since some only look as if they closed one. */
const QUOTED = /["“„«](?=([^"“”„«»\n]{12,8192})["”“»])/g

/** Quotes of one answer that are looked up. */
const MOST_QUOTES = 256

/**
 * The quotes of an answer that occur exactly in a document of its prompt. A quote that names its document counts for that
 * one alone; any other only when exactly one document has it, so that none is cited from a document it is not of.
 */
export function quotesOf(answer: string, documents: ReadonlyMap<string, string>): readonly Quote[] {
  const asked = new Map<string, { readonly doc: string | undefined; readonly quote: string }>()
  const rest = answer.replace(EVIDENCE, (line, doc: string, quote: string) => {
    if (!documents.has(doc)) return line
    asked.set(JSON.stringify([doc, quote]), { doc, quote })
    return '\n'
  })
  for (const [, quote = ''] of rest.matchAll(QUOTED)) asked.set(quote, { doc: undefined, quote })
  return [...asked.values()].slice(0, MOST_QUOTES).flatMap(({ doc, quote }) => {
    const named = doc === undefined ? [...documents.keys()] : [doc]
    const [holder, ...others] = named.filter((id) => documents.get(id)?.includes(quote))
    return holder === undefined || others.length > 0 ? [] : [{ doc: holder, quote }]
  })
}
