import { rootOf, termPattern } from '../words.ts'
import { BUSINESS } from './business.ts'
import { GENERAL } from './general.ts'
import { LEGAL } from './legal.ts'
import { MEDICAL } from './medical.ts'
import { TECHNICAL } from './technical.ts'

/** An idea and the words for it. Patterns ignore case and suit Rust and JavaScript alike. */
export interface Concept {
  readonly name: string
  /** Too common to decide anything alone. */
  readonly weak: boolean
  /** Words that mean it. */
  readonly strong: string
  /** Words that sometimes do; null when there are none. */
  readonly loose: string | null
}

/** A word of a concept: what names the concept earliest wins, and a word as written before one that shares a form. */
interface Member {
  readonly concept: Concept
  readonly term: string
  readonly form: RegExp
  readonly place: number
}

/** Members by first letter, which no form of a word changes. Read on first use, so that starting costs nothing. */
let members: ReadonlyMap<string, readonly Member[]> | undefined

/** The concept a word or joined words (`governing_law`) stand for. */
export function conceptOf(term: string): Concept | undefined {
  const spaced = term.toLowerCase().replace(/_/g, ' ')
  members ??= Map.groupBy(allMembers(), (member) => member.term.charAt(0))
  const candidates = members.get(spaced.charAt(0)) ?? []
  const root = rootOf(spaced)
  const written = candidates.filter((member) => member.term === spaced || member.term === root)
  return earliest(written) ?? earliest(candidates.filter((member) => member.form.test(spaced)))
}

function earliest(found: readonly Member[]): Concept | undefined {
  return found.reduce<Member | undefined>(
    (best, member) => (best === undefined || member.place < best.place ? member : best),
    undefined,
  )?.concept
}

function allMembers(): Member[] {
  return [LEGAL, GENERAL, BUSINESS, TECHNICAL, MEDICAL].flatMap((group) =>
    group
      .split('\n')
      .filter((line) => line !== '')
      .flatMap(membersOf),
  )
}

function membersOf(line: string): Member[] {
  const [name = '', words = ''] = line.split(/:\s(.*)/s)
  const [strong = '', loose = ''] = words.split('|').map((part) => part.trim())
  const terms = strong.split(/\s+/)
  const concept: Concept = {
    name: name.replace('~', ''),
    weak: name.startsWith('~'),
    strong: anyOf(terms.map(termPattern)),
    loose: loose === '' ? null : anyOf(loose.split(/\s+/).map(termPattern)),
  }
  return terms.map((term, place) => ({
    concept,
    term: term.replace(/_/g, ' ').replace(/=$/, ''),
    form: new RegExp(`^${termPattern(term)}$`, 'i'),
    place,
  }))
}

/** One pattern for any of several. */
export function anyOf(patterns: readonly string[]): string {
  return patterns.length === 1 ? (patterns[0] ?? '') : `(?:${patterns.join('|')})`
}
