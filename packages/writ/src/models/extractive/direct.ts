import { type PromptDocument, parseDocuments } from '@writ/contract'
import { type Judgement, judge } from './judgement.ts'
import { analyse, type Question } from './question.ts'

type Document = PromptDocument

interface Finding extends Judgement {
  readonly id: string
}

const MOST_LINES = 6
const MOST_FOUND = 10

/**
 * Answers a prompt that holds a question and documents: a sentence, then evidence lines
 * `[doc] "exact words"`. Undefined when the prompt is of another form.
 */
export function answerDirectly(prompt: string): string | undefined {
  const { head = '', documents = [] } = parseDocuments(prompt) ?? {}
  const asked = /^Question:\n([\s\S]*)$/.exec(head)?.[1]?.trim()
  if (asked === undefined) return undefined
  const question = analyse(asked)
  if (question.kind === 'occurrences' && question.mention !== null) {
    return countOccurrences(question.mention, documents)
  }
  const aboutDocuments = question.kind === 'count' || question.kind === 'which'
  return aboutDocuments && question.ideas.length === 0
    ? `${documents.length} documents: ${documents.map(({ id }) => id).join(', ')}.`
    : report(question, documents)
}

function report(question: Question, documents: readonly Document[]): string {
  const chosen = question.kind === 'compare' ? named(question, documents) : documents
  const found = chosen.map((document) => ({ id: document.id, ...find(question, document.text) }))
  const yes = found.filter((finding) => (finding.verdict === 'yes') !== question.negated)
  const best = [...yes].sort((a, b) => b.score - a.score)
  const listed = question.kind === 'which' || question.kind === 'count' ? yes : best.slice(0, MOST_FOUND)
  if (listed.length === 0) return `No document was found for: ${question.text}`
  const list = listed.map((finding) => finding.id).join(', ')
  return [headline(question, listed.length, documents.length, list), ...listed.flatMap(evidenceLines)].join(
    '\n',
  )
}

function headline(question: Question, found: number, of: number, list: string): string {
  if (question.kind === 'count') return `${found} of ${of} documents, judged by their words: ${list}.`
  if (question.kind === 'which') return `Judged by their words, ${found} of ${of} documents: ${list}.`
  return `The words that fit the question best are in: ${list}.`
}

function named(question: Question, documents: readonly Document[]): readonly Document[] {
  const names = question.names.map((name) => name.toLowerCase())
  const chosen = documents.filter(({ id }) => names.some((name) => id.toLowerCase().includes(name)))
  return chosen.length === 0 ? documents : chosen
}

function find(question: Question, text: string): Judgement {
  if (question.mention === null) return judge(question, [text])
  const lines = question.mention.terms.map((term) => new RegExp(term, 'i').exec(text))
  const hit = question.mention.any
    ? lines.some((line) => line !== null)
    : lines.every((line) => line !== null)
  if (!hit) return { verdict: 'no', score: 0, quote: '' }
  const at = lines.find((line) => line !== null)?.index ?? 0
  const from = text.lastIndexOf('\n', at) + 1
  const end = text.indexOf('\n', at)
  return { verdict: 'yes', score: 100, quote: text.slice(from, end < 0 ? text.length : end).trim() }
}

function countOccurrences(mention: NonNullable<Question['mention']>, documents: readonly Document[]): string {
  const counts = documents.map(({ id, text }) => ({
    id,
    count: mention.terms.reduce((sum, term) => sum + [...text.matchAll(new RegExp(term, 'gi'))].length, 0),
  }))
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const each = counts.filter(({ count }) => count > 0).map(({ id, count }) => `${id}: ${count}`)
  return [`${total} occurrences of ${mention.said}.`, ...each].join('\n')
}

/** Exact words line by line and without quotation marks inside, so that each line can be checked by itself. */
function evidenceLines({ id, quote }: Finding): string[] {
  return quote
    .split('\n')
    .map((line) => line.split('"').reduce((a, b) => (b.length > a.length ? b : a)))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .slice(0, MOST_LINES)
    .map((line) => `[${id}] "${line}"`)
}
