import { isUnspaced, otherForms } from './words.ts'

/** A literal string as the REPL looks for it. */
export interface Target {
  readonly text: string
  /**
   * Whether no letter, digit or underscore may stand before it, or after it: where it begins, or ends, with one itself. Both
   * make it a whole word, as `grep -w` takes one. Scripts without spaces have none to go by.
   */
  readonly before: boolean
  readonly after: boolean
  /** Whether upper and lower case count as equal. */
  readonly anyCase: boolean
  /** Whether the question asked for it; else it is another form, counted beside. */
  readonly asked: boolean
  /** Regular expression of JavaScript for it, which says nothing of what stands beside it. */
  readonly exact: string
  /** The same with any white space, line breaks included, between its words; null when it is one word. */
  readonly spaced: string | null
}

/** What is looked for, and one linear-time pattern that matches every line that may hold some of it. */
export interface Targets {
  readonly list: readonly Target[]
  readonly pattern: string
  /** Lines after a match that may hold the rest of an occurrence. */
  readonly after: number
}

/** Letters, digits and the underscore: what `grep -w` does not let stand beside a match. */
const WORD = '\\p{Alphabetic}\\p{Nd}_'
const BEGINS_AS_WORD = new RegExp(`^[${WORD}]`, 'u')
const ENDS_AS_WORD = new RegExp(`[${WORD}]$`, 'u')
/** Beginnings of a literal that are looked for one by one where a line was cut; the rest of a longer one follows them. */
const LONGEST_BEGINNING = 24

/** Makes what a search for literals needs. */
export function targetsFor(literals: readonly string[]): Targets {
  const forms = new Set(literals.flatMap(otherForms).filter((form) => !literals.includes(form)))
  const list = [
    ...literals.map((text) => targetFor(text, true)),
    ...[...forms].map((text) => targetFor(text, false)),
  ]
  return {
    list,
    pattern: list.map(lineOf).join('|'),
    after: Math.max(0, ...list.map(({ text }) => text.split(' ').length - 1)),
  }
}

function targetFor(text: string, asked: boolean): Target {
  const words = text.split(' ').map(forJavaScript)
  return {
    text,
    before: !isUnspaced(text) && BEGINS_AS_WORD.test(text),
    after: !isUnspaced(text) && ENDS_AS_WORD.test(text),
    anyCase: !/\p{Lu}/u.test(text),
    asked,
    exact: words.join(' '),
    spaced: words.length === 1 ? null : words.join('\\s+'),
  }
}

/** A pattern for lines that hold a literal, or that end where one may have begun: at a line's end or where it was cut. */
function lineOf({ text, before, after }: Target): string {
  const start = before ? `(?:^|[^${WORD}])` : ''
  const end = after ? `(?:[^${WORD}]|$)` : ''
  const words = text.split(' ').map(forRust)
  const begun = words.slice(1).map((_, count) => `${words.slice(0, count + 1).join('\\s+')}\\s*`)
  const ends = [...begun, ...beginningsOf(text)]
  return `${start}(?:${words.join('\\s+')}${end}${ends.length === 0 ? '' : `|(?:${ends.join('|')})$`})`
}

function beginningsOf(text: string): string[] {
  const letters = Array.from(text)
  const short = letters.slice(1, LONGEST_BEGINNING).map((_, count) => letters.slice(0, count + 1).join(''))
  const long =
    letters.length > LONGEST_BEGINNING
      ? [`${forRust(letters.slice(0, LONGEST_BEGINNING).join(''))}.{0,${letters.length}}`]
      : []
  return [...short.map(forRust), ...long]
}

/** Escaped for the engine of `grep`, which takes any escaped ASCII sign. */
function forRust(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$#&~-]/g, '\\$&')
}

/** Escaped for a regular expression with the flag `u`, which takes only signs that mean something. */
function forJavaScript(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
