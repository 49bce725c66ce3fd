/** A sentence and where it starts in its text. */
export interface Sentence {
  readonly text: string
  readonly start: number
}

const ABBREVIATION =
  /\b(?:e\.g|i\.e|etc|vs?|cf|nos?|No|Nos|sec|Sec|[Aa]rt|[Ii]nc|[Ll]td|[Cc]orp|[Cc]o|[MmDd]rs?|Ms|Prof|St|[Ff]ig|[Vv]ol|pp?|al|approx|[Dd]ept|est|U\.S|[A-Z])\.$/
/** `a.` or `12.3.` before a clause belongs to it. */
const LIST_MARKER = /^\s*[([]?(?:\w|[\divx]+(?:\.\d+)*)[.)\]]+$/
/** Beyond this a "sentence" is a table or a listing; it is cut between words. */
const LONGEST = 2_000

/**
 * Splits a text into sentences, each verbatim. A blank line ends one unless it stands after `,` `;` `:`, which is how
 * clauses continue in legal text.
 */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  const push = (end: number): void => {
    const piece = text.slice(start, end)
    const lead = piece.length - piece.trimStart().length
    if (piece.trim() !== '') sentences.push({ text: piece.trim(), start: start + lead })
    start = end
  }
  for (const match of text.matchAll(/[.!?]["”’')\]]*(?=\s)|\n[ \t\r]*\n/g)) {
    const end = match.index + match[0].length
    if (match[0].startsWith('\n') ? endsBlock(text, match.index) : endsSentence(text, start, end)) push(end)
  }
  push(text.length)
  return sentences.flatMap(cutBetweenWords)
}

function endsBlock(text: string, at: number): boolean {
  return !/[,;:]\s*$|[;,]\s*(?:and|or|and\/or)\s*$/.test(text.slice(Math.max(0, at - 20), at))
}

function endsSentence(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(start, end - 12), end)
  if (LIST_MARKER.test(text.slice(start, end).slice(0, 12))) return false
  const next = /^\s+\S/.exec(text.slice(end, end + 40))?.[0].trim() ?? ''
  return !ABBREVIATION.test(before) && !/\p{Ll}/u.test(next)
}

function cutBetweenWords(sentence: Sentence): Sentence[] {
  const pieces: Sentence[] = []
  let { text, start } = sentence
  while (text.length > LONGEST) {
    const space = Math.max(text.lastIndexOf('\n', LONGEST), text.lastIndexOf(' ', LONGEST))
    const cut = space > 0 ? space + 1 : LONGEST
    pieces.push({ text: text.slice(0, cut).trimEnd(), start })
    const rest = text.slice(cut)
    start += cut + (rest.length - rest.trimStart().length)
    text = rest.trimStart()
  }
  return [...pieces, { text, start }]
}
