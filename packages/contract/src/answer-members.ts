import { isGrepChecks } from './grep-check.ts'
import { isObject, type Json, type JsonObject } from './json.ts'

/** What of an answer with a text of its own is for programs, or is told in its coverage. */
const BESIDE: ReadonlySet<string> = new Set(['kind', 'searched'])

/** What a row may hold to be told as a passage and lose nothing that a reader needs. */
const OF_PASSAGES: ReadonlySet<string> = new Set([
  'doc',
  'start',
  'end',
  'sha256',
  'quote',
  'passage',
  'line',
  'text',
  'score',
])

/** What a row of an answer quotes, where it is a passage and nothing besides. */
export function passageQuote(row: JsonObject): string | undefined {
  if (Object.keys(row).some((name) => !OF_PASSAGES.has(name))) return undefined
  const quote = row.quote ?? row.passage ?? row.text
  return typeof quote === 'string' ? quote : undefined
}

/** Whether two quotes are one, however their lines are broken. A citation is of what the document says, not of what a row says it does. */
export function isSameQuote(a: string, b: string): boolean {
  return inOneLine(a) === inOneLine(b)
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** The members of a released object in the order people read them: its text, what is short, its lists. */
export interface AnswerMembers {
  /** Undefined when it has none. */
  readonly answer: Json | undefined
  readonly short: readonly (readonly [name: string, value: Json])[]
  readonly lists: readonly (readonly [name: string, items: readonly Json[]])[]
}

/** Takes a released object apart; what says nothing (null, empty, only zeros) and a grep without its paths are left out. */
export function answerMembers({ answer, ...rest }: JsonObject): AnswerMembers {
  const short: [string, Json][] = []
  const lists: [string, readonly Json[]][] = []
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined || isEmpty(value) || (answer !== undefined && BESIDE.has(name))) continue
    if (isGrepChecks(value)) continue
    const [only] = Array.isArray(value) && value.length === 1 ? value : []
    if (typeof only === 'string') short.push([name, only])
    else if (Array.isArray(value)) lists.push([name, value])
    else short.push([name, value])
  }
  return { answer, short, lists }
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.values(value).every((member) => member === 0 || member === null)
}
