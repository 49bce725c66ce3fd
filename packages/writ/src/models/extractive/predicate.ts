import { isStopWord, wordsOf } from './words.ts'

const NEGATION =
  /^(?:(?:do|does|did|are|is|have|has|will|would|can)(?:\s+not|n['’]t)|never|not|cannot|no longer)\s+/i
const LACK = /^(?:lack|lacks|lacking|omit|omits|without|(?:have|has|contain|contains|include|includes) no)\b/i

/** A predicate as an assertion, and whether it was negated. Only the head counts: "allow use without notice" is positive. */
export function withoutNegation(predicate: string): { positive: string; negated: boolean } {
  const positive = predicate.replace(NEGATION, '')
  if (positive !== predicate) return { positive, negated: true }
  if (!LACK.test(predicate)) return { positive: predicate, negated: false }
  const rest = predicate.replace(LACK, '').replace(/^\s*(?:mentioning|containing|including|any|a|an)\b/i, '')
  return { positive: `contain ${rest.trim()}`, negated: true }
}

/** Verbs that ask for words, not for meaning. */
const WORDS_ONLY =
  /^(?:(?:explicitly|even|ever|also|directly|at all)\s+)*(?:mention(?:s|ed|ing)?|contain(?:s|ing)?|refer(?:s|ring)? to|reference(?:s|d)?|name(?:s|d)?|cite(?:s|d)?|say(?:s)?|use(?:s)? the (?:word|term|phrase)s?|speak(?:s)? of|talk(?:s)? about)\s+(?:the (?:word|term|phrase)s?\s+)?/i
const PASSIVE =
  /^(.+?)\s+(?:(?:is|are|was|were)\s+)?(?:mentioned|named|cited|referred to|used|appears?|occurs?)$/i
const MOST_WORDS = 3

/** A predicate without a leading verb such as "mention", which says nothing of the subject. */
export function withoutMention(positive: string): string {
  return positive.replace(WORDS_ONLY, '')
}

/** What a question that only asks for words asks for; undefined when it asks for more. */
export function objectOfMention(positive: string, kind: string): string | undefined {
  if (kind === 'find' || kind === 'answer') return undefined
  const active = positive.replace(WORDS_ONLY, '')
  const object = active === positive ? (PASSIVE.exec(positive)?.[1] ?? bare(positive, kind)) : active
  if (object === undefined || object.trim() === '') return undefined
  if (/["“]/.test(object)) return object
  const terms = object.split(/\s*(?:,|\band\b|\bor\b)\s*/i)
  // "Contain a warranty disclaimer" asks for a thing; "mention warranty disclaimers" asks for words.
  const most = /^contain/i.test(positive) && !/\b(?:word|term|phrase)s?\b/i.test(positive) ? 1 : MOST_WORDS
  const short = terms.every((term) => wordsOf(term).filter((word) => !isStopWord(word)).length <= most)
  const plain = !/\b(?:that|which|when|if|who|for|to|by|with|about)\b/i.test(object)
  return short && plain && terms.some((term) => wordsOf(term).some((word) => !isStopWord(word)))
    ? object
    : undefined
}

/** "How many times does X occur": what is left is the words themselves. */
function bare(positive: string, kind: string): string | undefined {
  return kind === 'occurrences' ? positive : undefined
}
