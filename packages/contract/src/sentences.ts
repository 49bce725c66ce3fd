/** What begins an item of a list, a heading or a quotation. */
const MARKER = /^(?:[-*•–]|\d{1,3}[.)]|#{1,6}|>)\s+/u
/** White space after the end of a sentence and before what may begin one. */
const BETWEEN = /(?<=[.!?…][)"'”’»\]]*)\s+(?=[\p{Lu}\p{N}("'“„«[])/u
/** Passages in quotation marks. */
const PASSAGE = /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»/gu
const REFERENCE = /\[[^\]]*\]/gu
const WORD = /[\p{L}\p{N}]+/gu
/** Fewer words are no sentence: a title, an abbreviation, a number. */
const FEWEST_WORDS = 3

/**
 * The sentences of a text, in order: of each line, of each item of a list. What is too short for one, and a line that ends in a
 * colon, belongs to what follows; a line of nothing but references and quoted passages belongs to what it stands under.
 */
export function sentencesOf(text: string): readonly string[] {
  const sentences: string[] = []
  let begun = ''
  for (const line of text.split('\n')) {
    for (const piece of line.trim().replace(MARKER, '').split(BETWEEN)) {
      if (piece === '') continue
      if (begun === '' && isReference(piece) && sentences.length > 0) {
        sentences.push(`${sentences.pop() ?? ''} ${piece}`)
        continue
      }
      const sentence = begun === '' ? piece : `${begun} ${piece}`
      const short = (sentence.match(WORD)?.length ?? 0) < FEWEST_WORDS || sentence.endsWith(':')
      begun = short ? sentence : ''
      if (!short) sentences.push(sentence)
    }
  }
  return begun === '' ? sentences : [...sentences, begun]
}

/** Passages that a sentence gives in quotation marks. */
export function passagesOf(sentence: string): readonly string[] {
  return [...sentence.matchAll(PASSAGE)].map(
    (match) => match.slice(1).find((part) => part !== undefined) ?? '',
  )
}

function isReference(piece: string): boolean {
  const rest = piece.replace(PASSAGE, '').replace(REFERENCE, '')
  return rest !== piece && rest.match(WORD) === null
}
