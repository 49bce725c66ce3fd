import { surrounding } from './surrounding.ts'

/** A definition in a text, in characters: the sentence that gives it. */
export interface FoundTerm {
  readonly start: number
  readonly end: number
  readonly name: string
  readonly uses: number
  readonly problem: string | null
}

const NAME = '["“](?<name>[\\p{Lu}\\p{N}][^"“”()\\n]{0,80}(?:\\r?\\n[^"“”()\\n]{1,80})?)["”]'
/** `"Agreement" means …`. */
const MEANS = new RegExp(
  `${NAME},?\\s{1,4}(?:(?:shall|will|is|are|has|have|as used herein,?)\\s{1,4}){0,3}(?:mean|means|meaning|defined|refer|refers|the\\s{1,4}meanings?)(?![\\p{L}])`,
  'gu',
)
/** `(the "Agreement")`, `(each, a "Party" and together, the "Parties")`. */
const ASIDE = /\((?<inner>[^()]{2,300})\)/gu
const QUOTED = new RegExp(NAME, 'gu')
/** What may stand in an aside that gives a name, besides names. */
const SMALL =
  /^(?:\s|,|;|\b(?:the|a|an|each|this|such|any|all|our|we|us|or|and|as|in|it|its|collectively|together|jointly|individually|severally|with|referred|to|called|known|hereafter|hereinafter|herein|being|also|sometimes|both|of|them|which|is|are|defined)\b)*$/iu

/** Terms that a text defines, in order. Of a term that is defined again the first says so, and so do the others. */
export function findTerms(text: string): FoundTerm[] {
  const found = [...said(text), ...asides(text)].sort((a, b) => a.start - b.start)
  const times = new Map<string, number>()
  for (const { name } of found) times.set(name, (times.get(name) ?? 0) + 1)
  const uses = countUses(text, [...times.keys()])
  return found.map(({ name, ...place }) => {
    const defined = times.get(name) ?? 1
    return {
      ...surrounding(text, place.start, place.end),
      name,
      uses: uses.get(name) ?? 0,
      problem: defined > 1 ? `it is defined ${defined} times` : null,
    }
  })
}

interface Named {
  readonly start: number
  readonly end: number
  readonly name: string
}

function said(text: string): Named[] {
  return [...text.matchAll(MEANS)].map((match) => named(match, 0))
}

function asides(text: string): Named[] {
  return [...text.matchAll(ASIDE)].flatMap((match) => {
    const inner = match.groups?.inner ?? ''
    if (!SMALL.test(inner.replaceAll(QUOTED, ' '))) return []
    return [...inner.matchAll(QUOTED)].map((name) => named(name, match.index + 1))
  })
}

function named(match: RegExpExecArray, offset: number): Named {
  const start = offset + match.index
  return {
    start,
    end: start + match[0].length,
    name: (match.groups?.name ?? '')
      .replaceAll(/\s{1,100}/g, ' ')
      .trim()
      .replace(/,$/, ''),
  }
}

/** How often each name is said, as it is written: whole words, and blanks as they come. */
function countUses(text: string, names: readonly string[]): ReadonlyMap<string, number> {
  const uses = new Map(names.map((name) => [name, 0]))
  const lengths = new Map<string, Set<number>>()
  for (const name of names) {
    const first = /[\p{L}\p{N}]+/u.exec(name)?.[0] ?? ''
    lengths.set(first, (lengths.get(first) ?? new Set()).add(name.length))
  }
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu))
    for (const length of lengths.get(match[0]) ?? []) {
      const end = match.index + length
      const name = text.slice(match.index, end).replaceAll(/\s/g, ' ')
      const count = uses.get(name)
      if (count !== undefined && !/[\p{L}\p{N}]/u.test(text.slice(end, end + 1))) uses.set(name, count + 1)
    }
  return uses
}
