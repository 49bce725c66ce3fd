import type { Idea, Question } from './question.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import { wordsOf } from './words.ts'

/** The best place of a text for a question: how much of the question it holds, and its exact words. */
export interface Evidence {
  /** Share of the question's weight found there, 0 to 1. */
  readonly score: number
  /** Whether that is enough to say yes. */
  readonly holds: boolean
  /** Exact words of the text. */
  readonly quote: string
  readonly start: number
}

interface Hit {
  readonly start: number
  readonly end: number
  /** 1 for a word that means the idea, less for one that may. */
  readonly strength: number
}

/** The question's own word is 1. */
const SYNONYM = 0.95
const LOOSE = 0.5
/** A passage of two sentences is weaker evidence than one. */
const TWO_SENTENCES = 0.95
/** Least share of the question's weight that counts as yes. */
const ENOUGH = 0.8
const ENOUGH_TO_ANSWER = 0.5
/** The deciding words must stand this close together (characters for each of them): a long sentence says many things. */
const CLOSE = 150
const LONGEST_QUOTE = 900
const NEGATORS = /(?:\b(?:not|no|never|nor|neither|without|cannot|none|nothing|excluding|except)|n['’]t)\b/i

const FORBIDDING = /\b(?:may|shall|must|can) not\b|\bcannot\b|\bprohibited\b/i

/** The best evidence a text holds for a question; undefined when it holds none of its words. */
export function bestEvidence(question: Question, text: string): Evidence | undefined {
  const matchers = question.ideas.map(matcherOf)
  let best: Evidence | undefined
  const sentences = sentencesOf(text)
  for (const [index, sentence] of sentences.entries()) {
    const alone = weigh(question, matchers, sentence, 1)
    const next = sentences[index + 1]
    const heading = isHeading(sentence.text)
    if (better(alone, best) && !(heading && next !== undefined)) best = alone
    if (alone === undefined || next === undefined || (alone.score >= 1 && !heading)) continue
    const together = weigh(question, matchers, joined(text, sentence, next), heading ? 1 : TWO_SENTENCES)
    if (together !== undefined && (heading || together.score > alone.score) && better(together, best))
      best = together
  }
  return best
}

/** Whether a passage with this evidence counts as an answer to a question that is not yes-or-no. */
export function answers(evidence: Evidence): boolean {
  return evidence.score >= ENOUGH_TO_ANSWER
}

function better(candidate: Evidence | undefined, best: Evidence | undefined): candidate is Evidence {
  if (candidate === undefined) return false
  if (best === undefined) return true
  if (candidate.holds !== best.holds) return candidate.holds
  return candidate.score > best.score
}

/** Short, and without a full stop or mostly in capitals: it only announces what follows. */
function isHeading(text: string): boolean {
  const words = wordsOf(text).filter((word) => word.length > 3)
  const capital = words.filter((word) => /^\p{Lu}/u.test(word)).length
  return text.length < 60 && (!/[.!?]["”')]*$/.test(text) || capital >= words.length * 0.7)
}

interface Matcher {
  readonly idea: Idea
  /** Patterns with the strength of what they find. */
  readonly patterns: readonly { readonly pattern: RegExp; readonly strength: number }[]
}

function matcherOf(idea: Idea): Matcher {
  const { own, strong, loose } = idea
  const graded = [
    { source: own, strength: 1 },
    { source: strong, strength: own === null ? 1 : SYNONYM },
    { source: loose, strength: LOOSE },
  ]
  const patterns = graded.flatMap(({ source, strength }) =>
    source === null ? [] : [{ pattern: new RegExp(source, 'gi'), strength }],
  )
  return { idea, patterns }
}

function weigh(
  question: Question,
  matchers: readonly Matcher[],
  sentence: Sentence,
  factor: number,
): Evidence | undefined {
  const hits = matchers.map((matcher) => hitsOf(matcher, sentence.text, question.heedsNegation))
  const total = sum(matchers.map(({ idea }) => idea.weight))
  const found = sum(
    matchers.map(
      ({ idea }, index) => idea.weight * Math.max(0, ...(hits[index] ?? []).map((hit) => hit.strength)),
    ),
  )
  if (found === 0) return undefined
  const deciding = hits.filter((_, index) => (matchers[index]?.idea.weight ?? 0) > 1)
  const needed = deciding.length > 0 ? deciding : hits
  const missing = needed.filter((list) => list.length === 0).length
  const window = missing === needed.length ? undefined : closest(needed.filter((list) => list.length > 0))
  const near = window !== undefined && window.end - window.start <= CLOSE * needed.length
  const score = (found / total) * factor
  return {
    score,
    holds: near && missing === 0 && score >= ENOUGH,
    ...quoteOf(sentence, window ?? spanOf(hits)),
  }
}

function hitsOf(matcher: Matcher, text: string, heedsNegation: boolean): Hit[] {
  const all = matcher.patterns.flatMap(({ pattern, strength }) => matchesOf(pattern, text, strength))
  return heedsNegation ? all.filter((hit) => !isNegated(text, hit)) : all
}

function matchesOf(pattern: RegExp, text: string, strength: number): Hit[] {
  return [...text.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    strength,
  }))
}

/**
 * A negating word among the four before a hit, in the same clause; "may not" anywhere before it in the sentence;
 * "non-" before it; or "not" right after it.
 */
function isNegated(text: string, hit: Hit): boolean {
  const before = text.slice(Math.max(0, hit.start - 150), hit.start)
  if (/^\s+not\b/i.test(text.slice(hit.end, hit.end + 8)) || /\bnon[\s-]*$/i.test(before)) return true
  if (FORBIDDING.test(before.split(/[.;:]/).at(-1) ?? '')) return true
  const clause =
    text
      .slice(Math.max(0, hit.start - 60), hit.start)
      .split(/[,;:.()]/)
      .at(-1) ?? ''
  return NEGATORS.test(clause.trim().split(/\s+/).slice(-4).join(' '))
}

/** The shortest stretch with one hit of every list. */
function closest(lists: readonly (readonly Hit[])[]): { start: number; end: number } | undefined {
  const all = lists
    .flatMap((list, index) => list.map((hit) => ({ ...hit, index })))
    .sort((a, b) => a.start - b.start || a.index - b.index)
  const counts = lists.map(() => 0)
  let [kinds, left] = [0, 0]
  let best: { start: number; end: number } | undefined
  for (const right of all) {
    counts[right.index] = (counts[right.index] ?? 0) + 1
    if (counts[right.index] === 1) kinds += 1
    while (kinds === lists.length) {
      const first = all[left]
      if (first === undefined) break
      if (best === undefined || right.end - first.start < best.end - best.start) {
        best = { start: first.start, end: right.end }
      }
      counts[first.index] = (counts[first.index] ?? 0) - 1
      if (counts[first.index] === 0) kinds -= 1
      left += 1
    }
  }
  return best
}

function spanOf(hits: readonly (readonly Hit[])[]): { start: number; end: number } {
  const all = hits.flat()
  return { start: Math.min(...all.map((hit) => hit.start)), end: Math.max(...all.map((hit) => hit.end)) }
}

/** The sentence itself, or when it is long the words around what was found, cut between words. */
function quoteOf(
  sentence: Sentence,
  found: { start: number; end: number },
): { quote: string; start: number } {
  if (sentence.text.length <= LONGEST_QUOTE) return { quote: sentence.text, start: sentence.start }
  const room = Math.max(0, LONGEST_QUOTE - (found.end - found.start))
  let from = found.end <= LONGEST_QUOTE ? 0 : Math.max(0, found.start - Math.floor(room / 2))
  let to = Math.min(sentence.text.length, Math.max(found.end, from + LONGEST_QUOTE))
  if (from > 0) from = Math.min(found.start, from + (/\s/.exec(sentence.text.slice(from))?.index ?? 0) + 1)
  if (to < sentence.text.length) to = Math.max(found.end, sentence.text.slice(0, to).search(/\s\S*$/))
  return { quote: sentence.text.slice(from, to), start: sentence.start + from }
}

function joined(text: string, first: Sentence, second: Sentence): Sentence {
  return { text: text.slice(first.start, second.start + second.text.length), start: first.start }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
