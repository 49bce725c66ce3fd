import type { Heading, HeadingFinder, Line } from './heading-lines.ts'

const UNDERLINE_DEPTH: Readonly<Record<string, number>> = { '=': 1, '-': 2, '~': 3 }

/** Longest heading in characters, and longest numbered one that need not stand alone. */
const MAX_CHARS = 100
const MAX_RUN_IN_CHARS = 40

interface Candidate {
  readonly start: number
  readonly text: string
  /** Whether it follows a blank line, a rule, or the start of the document. */
  readonly afterGap: boolean
}

/**
 * Headings of plain text as contracts, licences and reports have them: underlined lines, `2.3 Title`, `Section 4`,
 * `ARTICLE IV`, and lines all in capitals that stand alone. Prefers missing a heading to taking a sentence for one.
 */
export class PlainHeadings implements HeadingFinder {
  #candidate: Candidate | undefined
  #afterGap = true

  line(line: Line): Heading | undefined {
    const text = line.text?.trim()
    const rule = text !== undefined && /^(?:=+|-+|~+|\*+|_+)$/.test(text)
    const gap = text === '' || rule
    const candidate = this.#candidate
    const heading =
      candidate && ((rule ? underlined(candidate, text) : undefined) ?? classify(candidate, text === ''))
    const usable = text !== undefined && !gap && text.length <= MAX_CHARS
    this.#candidate = usable ? { start: line.start, text, afterGap: this.#afterGap } : undefined
    this.#afterGap = gap
    return heading
  }

  end(): Heading | undefined {
    return this.#candidate && classify(this.#candidate, true)
  }
}

function underlined({ start, text, afterGap }: Candidate, rule: string): Heading | undefined {
  const depth = UNDERLINE_DEPTH[rule.charAt(0)]
  if (depth === undefined || !afterGap || rule.length < 3 || rule.length * 2 < text.length) return undefined
  return { title: text, depth, start }
}

function classify(candidate: Candidate, beforeGap: boolean): Heading | undefined {
  const { start, text, afterGap } = candidate
  if (!afterGap || /[,;]$/.test(text)) return undefined
  const depth =
    numberedDepth(text, beforeGap) ?? keywordDepth(text) ?? (beforeGap && isCapitals(text) ? 1 : undefined)
  return depth === undefined ? undefined : { title: text, depth, start }
}

/** `1. Title`, `2.3 Title`: as deep as its number has parts. */
function numberedDepth(text: string, beforeGap: boolean): number | undefined {
  const found = /^(\d{1,3}(?:\.\d{1,3}){0,5})[.)]?[ \t]+(["“'‘(]?\p{Lu}.*)$/u.exec(text)
  const [number, title] = [found?.[1], found?.[2]]
  if (number === undefined || title === undefined) return undefined
  return beforeGap || title.length <= MAX_RUN_IN_CHARS ? number.split('.').length : undefined
}

const KEYWORDS = 'Section|Article|Chapter|Part|Appendix|Schedule|Annex|Exhibit|Clause'
const KEYWORD = new RegExp(
  `^(?:${KEYWORDS}|${KEYWORDS.toUpperCase()})[ \\t]+(\\d{1,3}(?:\\.\\d{1,3}){0,5}|[IVXLCDM]+|[A-Z])(?:[.:)]?$|[.:)]?[ \\t]+[\\p{Lu}"“'‘([–—-]|[.:)—–-])`,
  'u',
)

/** `Section 4`, `ARTICLE IV. Term`. */
function keywordDepth(text: string): number | undefined {
  return KEYWORD.exec(text)?.[1]?.split('.').length
}

function isCapitals(text: string): boolean {
  return /\p{Lu}(?:\P{L}*\p{Lu}){3}/u.test(text) && !/\p{Ll}/u.test(text)
}
