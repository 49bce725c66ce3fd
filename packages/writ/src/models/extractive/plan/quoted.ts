/** A question whose quoted strings are replaced by marks, so that nothing in them is read as part of the question. */
export interface Masked {
  readonly text: string
  /** What the marks stand for, in order. */
  readonly quoted: readonly string[]
}

// Private-use characters frame the number of a quoted string; a question that holds some loses them.
const [OPEN, CLOSE] = ['\uE000', '\uE001']

/** Matches one mark; as a source, for use in larger patterns. */
export const MARK: string = `${OPEN}\\d+${CLOSE}`

/** Pairs of quotation marks. A single one inside a word is an apostrophe. */
const PAIRS = [
  /"([^"]+)"/g,
  /“([^”]+)”/g,
  /„([^“”]+)[“”]/g,
  /«([^»]+)»/g,
  /「([^」]+)」/g,
  /`([^`]+)`/g,
  /‘((?:[^’]|’(?=\p{L}))+)’(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}])'(?!\s)((?:[^']|'(?=\p{L}))*[^\s'])'(?![\p{L}\p{N}])/gu,
]

/** Masks the quoted strings of a question. White space in them counts as one space each. */
export function maskQuoted(question: string): Masked {
  const quoted: string[] = []
  let text = question.replaceAll(OPEN, '').replaceAll(CLOSE, '')
  for (const pair of PAIRS) {
    text = text.replace(pair, (whole, inside: string) => {
      const literal = unmask(inside, quoted).replace(/\s+/g, ' ').trim()
      if (literal === '') return whole
      quoted.push(literal)
      return `${OPEN}${quoted.length - 1}${CLOSE}`
    })
  }
  return { text, quoted }
}

/** The text with its marks replaced by what they stand for. */
export function unmask(text: string, quoted: readonly string[]): string {
  return text.replace(/\uE000(\d+)\uE001/g, (_, index: string) => quoted[Number(index)] ?? '')
}
