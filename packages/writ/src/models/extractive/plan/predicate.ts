import { type Literals, readLiterals, type Saying } from './literals.ts'
import { IN_EVERYTHING } from './nouns.ts'
import type { Masked } from './quoted.ts'

/** What is said of the documents a question asks for, as far as it is about literal strings. */
export interface Predicate {
  readonly negated: boolean
  readonly literals: Literals
  /** Whether the documents with most occurrences are wanted. */
  readonly most: boolean
}

const ALWAYS: readonly Saying[] = ['quoted', 'announced']
const NAMES: readonly Saying[] = [...ALWAYS, 'name']
const WORDS: readonly Saying[] = [...NAMES, 'word']
const PHRASES: readonly Saying[] = [...WORDS, 'phrase']

/** Verbs and what has to be said for their object to be words. The weaker the verb, the plainer it has to be. */
const VERBS: readonly { readonly verb: string; readonly takes: readonly Saying[] }[] = [
  { verb: 'mention(?:s|ed|ing)?', takes: PHRASES },
  {
    verb: '(?:(?:have|has|having|make|makes|with|contain|contains|containing)\\s+(?:a\\s+|any\\s+|some\\s+)?)?(?:mentions?|occurrences?)\\s+of',
    takes: PHRASES,
  },
  { verb: 'contain(?:s|ed|ing)?', takes: WORDS },
  { verb: 'nam(?:e|es|ed|ing)|reference(?:s|d)?|referencing|refer(?:s|red|ring)?\\s+to', takes: NAMES },
  {
    verb: 'us(?:e|es|ed|ing)|say(?:s|ing)?|said|ha(?:ve|s|d)|having|hold(?:s|ing)?|includ(?:e|es|ed|ing)|with|cit(?:e|es|ed|ing)|quot(?:e|es|ed|ing)',
    takes: ALWAYS,
  },
]

const NOT = "(?:(?:do|does|did|is|are)(?:\\s+not|n['’]t)|never|not|fail(?:s|ed)?\\s+to)"
const NO =
  '(?:have|has|having|contain|contains|containing|make|makes|with|include|includes)\\s+no(?:t\\s+a(?:\\s+single)?)?'
const ADVERB = '(?:(?:explicitly|literally|actually|ever|even|also|directly|once|anywhere)\\s+)*'
const TAIL =
  /\s+(?:by name|explicitly|literally|verbatim|anywhere|somewhere|at all|at least once|in (?:the|their|its) texts?)$/iu
const MOST = /\s+(?:the\s+)?most(?:\s+(?:often|frequently|times))?$/iu

/** Reads "mention X", "do not contain the word X", "lack "X"". Undefined for whatever asks for more than words. */
export function readPredicate(text: string, masked: Masked): Predicate | undefined {
  const most = MOST.test(text)
  const said = text
    .replace(MOST, '')
    .replace(TAIL, '')
    .replace(new RegExp(`${IN_EVERYTHING}$`, 'iu'), '')
    .trim()
  const negative = readNegative(said, masked)
  if (negative !== undefined) return most ? undefined : { negated: true, literals: negative, most }
  const literals = readAffirmed(said, masked)
  return literals === undefined ? undefined : { negated: false, literals, most }
}

function readAffirmed(text: string, masked: Masked): Literals | undefined {
  for (const { verb, takes } of VERBS) {
    const [, object] = new RegExp(`^${ADVERB}(?:${verb})\\s+(\\S.*)$`, 'iu').exec(text) ?? []
    if (object === undefined) continue
    const literals = readLiterals(object, masked)
    if (literals !== undefined && takes.includes(literals.saying)) return literals
  }
  return undefined
}

function readNegative(text: string, masked: Masked): Literals | undefined {
  const [, affirmed] = new RegExp(`^${NOT}\\s+${ADVERB}(\\S.*)$`, 'iu').exec(text) ?? []
  if (affirmed !== undefined)
    return lacking(readAffirmed(affirmed.replace(/\s+(?:any|a single)\s+/iu, ' '), masked))
  const [, verb = '', neither] = /^(\S+(?:\s+of)?)\s+neither\s+(\S.*\snor\s.*)$/iu.exec(text) ?? []
  if (neither !== undefined) return lacking(readAffirmed(`${verb} ${neither}`, masked))
  const [, mentioned] =
    new RegExp(
      `^(?:${NO}|lack(?:s|ing)?(?:\\s+any)?|without(?:\\s+(?:any|a))?)\\s+(?:mentions?|occurrences?)\\s+of\\s+(\\S.*)$`,
      'iu',
    ).exec(text) ?? []
  if (mentioned !== undefined) return lacking(readLiterals(mentioned, masked))
  const [, lacked] =
    /^(?:lack(?:s|ing)?|omit(?:s|ted|ting)?|without|miss(?:es|ing)?)\s+(\S.*)$/iu.exec(text) ?? []
  const literals = lacked === undefined ? undefined : readLiterals(lacked, masked)
  return literals !== undefined && ALWAYS.includes(literals.saying) ? lacking(literals) : undefined
}

/** "Not X and Y" may mean neither or not both; only one literal or "X or Y" is clear: none of them. */
function lacking(literals: Literals | undefined): Literals | undefined {
  return literals !== undefined && (literals.texts.length === 1 || literals.combine === 'any')
    ? literals
    : undefined
}
