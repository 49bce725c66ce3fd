/** A mention of a part of the text it stands in, in characters. */
export interface FoundReference {
  readonly start: number
  readonly end: number
  readonly to: Part | null
  readonly problem: string | null
}

interface Part {
  readonly start: number
  readonly end: number
  readonly title: string
}

const KINDS = [
  'Section',
  'Article',
  'Clause',
  'Paragraph',
  'Exhibit',
  'Schedule',
  'Annex',
  'Appendix',
  'Chapter',
  'Part',
  'Attachment',
]
/** Parts that are headed by their number alone, as well as by their word and number. */
const NUMBERED: ReadonlySet<string> = new Set(['section', 'article', 'clause', 'paragraph', '§'])
const WORD = `(?:${[...KINDS, ...KINDS.map((kind) => kind.toUpperCase())].join('|')})`
const NUMBER = '(?:\\d{1,3}(?:\\.\\d{1,3}){0,5}|[IVXLCDM]{1,7}|[A-Z](?:-\\d{1,3})?)(?![\\p{L}\\p{N}])'
const LETTERS = '(?:\\([a-zA-Z0-9]{1,4}\\)){0,4}'
const BLANK = '(?:[ \\t\\u00a0]{1,3}(?:\\r?\\n[ \\t]{0,12})?|\\r?\\n[ \\t]{0,12})'

/** `Section 4.2(a)`, `Sections 2, 3 and 4`, `§ 5`. */
const MENTION = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?<word>${WORD}(?:s|es|S|ES)?)${BLANK}|(?<sign>§{1,2})${BLANK}?)(?<list>${NUMBER}${LETTERS}(?:(?:,|,?\\s{1,4}(?:and|or|to|through))\\s{1,4}${NUMBER}${LETTERS}){0,20})`,
  'gu',
)
const EACH = new RegExp(`(?<number>${NUMBER})${LETTERS}`, 'gu')
/** A part where it begins: its number, with or without its word, at the start of a line. */
const PART = new RegExp(
  `^[ \\t]{0,100}(?:#{1,6}[ \\t]{1,4}|\\*{2})?(?:(?<word>${WORD})[ \\t]{1,4})?(?<number>${NUMBER})[.):]{0,2}(?=\\*{0,2}[ \\t]{0,4}\\r?$|[ \\t]{0,4}[—–:-]|\\*{0,2}[ \\t]{1,8}["“(]?\\p{Lu})`,
  'gmu',
)
/** What says that a part is one of another text: "of the Securities Act", "of Exhibit B". This one is "hereof". */
const ELSEWHERE =
  /^\s{1,4}(?:of|to|in|under)\s{1,4}(?!this(?!\p{L})|these(?!\p{L}))(?:the\s{1,4}|that\s{1,4}|any\s{1,4}|such\s{1,4}|an?\s{1,4}|its\s{1,4})?[\p{Lu}\p{N}"“]/u
const LAW = /(?:Act|Code|U\.S\.C\.|C\.F\.R\.|Rules?|Regulations?|Law|Statutes?|Directive|Treaty),?\s{1,4}$/u

/** References of a text to its own parts, in order. One that means no part, or may mean several, has the reason. */
export function findReferences(text: string): FoundReference[] {
  const parts = partsOf(text)
  const named = byName(parts)
  const begins = new Set(parts.map(({ at }) => at))
  return [...text.matchAll(MENTION)].flatMap((match) => {
    const { sign = '', word = sign, list = '' } = match.groups ?? {}
    if (begins.has(match.index)) return []
    const offset = match.index + match[0].length - list.length
    const elsewhere = isElsewhere(text, match.index, match.index + match[0].length)
    return [...list.matchAll(EACH)].map((one, n) => {
      const start = n === 0 ? match.index : offset + one.index
      const end = offset + one.index + one[0].length
      const { number = '' } = one.groups ?? {}
      if (elsewhere) return { start, end, to: null, problem: 'it may be a part of another text' }
      return { start, end, ...resolved(named, kindOf(word), number) }
    })
  })
}

interface Numbered extends Part {
  /** Where its word or its number begins. */
  readonly at: number
  readonly kind: string | null
  readonly number: string
}

function partsOf(text: string): Numbered[] {
  const parts: Numbered[] = []
  for (const match of text.matchAll(PART)) {
    const { word, number = '' } = match.groups ?? {}
    const lineEnd = text.indexOf('\n', match.index)
    const line = text.slice(
      match.index,
      lineEnd === -1 ? Math.min(text.length, match.index + 400) : Math.min(lineEnd, match.index + 400),
    )
    // A line of a table of contents is no part, and a line that goes on with what stands before it is none.
    if (/(?:\.{3,}|\t| {3,})[ \t]{0,20}\d{1,4}[ \t]{0,4}\r?$/.test(line) || !beginsAnew(text, match.index))
      continue
    if (word === undefined && !/\d/.test(number)) continue
    const title = line
      .replace(/^[ \t#*]{1,40}/, '')
      .replace(/[*\s]{1,10}$/, '')
      .slice(0, 120)
    const at = match.index + match[0].search(/[\p{L}\p{N}]/u)
    parts.push({
      start: match.index,
      end: match.index + line.trimEnd().length,
      title,
      at,
      kind: word === undefined ? null : kindOf(word),
      number,
    })
  }
  return parts
}

function beginsAnew(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at)
  if (before.trim() === '' || /\n[ \t\r]{0,20}\n[ \t\r]{0,20}$/.test(before)) return true
  return /[.;:!?)"”]\s{0,20}$|\p{Lu}{4}[^\p{Ll}]{0,60}$/u.test(before)
}

/** Parts by what a reference calls them. */
type ByName = ReadonlyMap<string, readonly Part[]>

function byName(parts: readonly Numbered[]): ByName {
  const named = new Map<string, Part[]>()
  for (const part of parts) {
    const name = `${part.kind ?? ''} ${part.number}`
    const others = named.get(name)
    if (others === undefined) named.set(name, [part])
    else others.push(part)
  }
  return named
}

function resolved(parts: ByName, kind: string, number: string): Pick<FoundReference, 'to' | 'problem'> {
  const same = parts.get(`${kind === '§' ? 'section' : kind} ${number}`) ?? []
  const bare = NUMBERED.has(kind) ? (parts.get(` ${number}`) ?? []) : []
  const found = same.length > 0 ? same : bare
  const [part] = found
  if (part === undefined) return { to: null, problem: 'there is no such part in this text' }
  if (found.length > 1) return { to: null, problem: `${found.length} parts have this number` }
  return { to: { start: part.start, end: part.end, title: part.title }, problem: null }
}

function isElsewhere(text: string, start: number, end: number): boolean {
  return ELSEWHERE.test(text.slice(end, end + 60)) || LAW.test(text.slice(Math.max(0, start - 40), start))
}

function kindOf(word: string): string {
  const low = word.toLowerCase()
  if (low.startsWith('§')) return '§'
  return KINDS.map((kind) => kind.toLowerCase()).find((kind) => low.startsWith(kind)) ?? low
}
