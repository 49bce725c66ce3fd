import {
  type Frame,
  type FrameEnd,
  isWritError,
  type Message,
  type PromptDocument,
  toWritError,
  WritError,
  withDocuments,
  withMessages,
} from '@writ/contract'
import { valueIn } from '../schema/index.ts'
import { systemPrompt } from './prompts.ts'
import { quotesOf } from './quotes.ts'
import { askAgain, schemaPrompt } from './schema-prompts.ts'

/** A document, or a part of one, that an answer is given from. */
export interface Given extends PromptDocument {
  readonly start: number
  readonly end: number
}

/** Answers in one call over the texts given, which were read through the gate. Never rejects. */
export async function answerFrom(
  frame: Frame,
  gather: (frame: Frame) => Promise<readonly Given[]>,
): Promise<FrameEnd> {
  try {
    const documents = await gather(frame)
    const messages = askedOver(frame, 'direct', documents)
    if (frame.schema !== null) return await releaseTyped(frame, messages)
    return await releaseText(frame, messages, documents)
  } catch (error) {
    return { incomplete: false, error: toWritError(error) }
  }
}

/** What a model says, alone, where what it was given does not answer. */
const UNANSWERED = /^\W*UNANSWERED\W*$/

/** Why a frame goes on in turns after its call: it asked for too much, or what was said may not be released as it is. */
const TO_GO_ON: ReadonlySet<string> = new Set([
  'BUDGET_EXCEEDED',
  'MODEL_REJECTED',
  'INVALID_ANSWER',
  'CHECKS_FAILED',
])

/**
 * Answers in one call over passages, where they answer; says whether they did. Rejects with what would end the frame
 * anyway.
 */
export async function answeredFrom(frame: Frame, passages: readonly Given[]): Promise<boolean> {
  try {
    const text = await frame.turn(askedOver(frame, 'retrieve', passages), false)
    if (UNANSWERED.test(text.trim())) return false
    const read = frame.schema === null ? undefined : valueIn(text)
    if (read?.ok === false) return false
    if (read === undefined) await citeQuotes(frame, text, passages)
    await frame.release(JSON.stringify(read === undefined ? text : read.value), false)
    return true
  } catch (error) {
    const known = toWritError(error)
    if (!TO_GO_ON.has(known.code)) throw known
    return false
  }
}

function askedOver(
  frame: Frame,
  role: 'direct' | 'retrieve',
  documents: readonly Given[],
): readonly Message[] {
  const system = systemPrompt(role, frame.model.contextWindow)
  const { schema } = frame
  return [
    { role: 'system', text: schema === null ? system : `${system}\n${schemaPrompt(schema)}` },
    { role: 'user', text: withDocuments(questionOf(frame), documents) },
  ]
}

/** Releases the reply. One that may not be released is asked for again, once, with the reason. */
async function releaseText(
  frame: Frame,
  messages: readonly Message[],
  documents: readonly Given[],
): Promise<FrameEnd> {
  const text = await frame.turn(messages, false)
  await citeQuotes(frame, text, documents)
  const why = await refusalOf(frame, JSON.stringify(text))
  if (why === null) return { incomplete: false }
  const told = `Your answer is not given: ${why.message} Answer again.`
  const again = await frame.turn(
    [...messages, { role: 'assistant', text }, { role: 'user', text: told }],
    false,
  )
  await citeQuotes(frame, again, documents)
  await frame.release(JSON.stringify(again), true)
  return { incomplete: false }
}

/** Releases the value of the reply. One that does not fit is asked for again, once, with the reason. */
async function releaseTyped(frame: Frame, messages: readonly Message[]): Promise<FrameEnd> {
  const text = await frame.turn(messages, false)
  const why = await refusal(frame, text)
  if (why === null) return { incomplete: false }
  const again = await frame.turn([...messages, ...askAgain(text, why.message)], false)
  const error = await refusal(frame, again)
  return error === null ? { incomplete: false } : { incomplete: false, error }
}

/** Releases the value of a text; why it could not be taken, when it was not one that fits. */
async function refusal(frame: Frame, text: string): Promise<WritError | null> {
  const read = valueIn(text)
  if (!read.ok) return new WritError('INVALID_ANSWER', `The answer is no value: ${read.why}.`)
  return await refusalOf(frame, JSON.stringify(read.value))
}

/** Releases a value; why it could not be taken, when it was not one that may be released. */
async function refusalOf(frame: Frame, valueJson: string): Promise<WritError | null> {
  try {
    await frame.release(valueJson, true)
    return null
  } catch (error) {
    const known = toWritError(error)
    if (known.code !== 'INVALID_ANSWER') throw known
    return known
  }
}

function questionOf({ goal, conversation }: Frame): string {
  return withMessages(`Question:\n${goal}`, conversation)
}

/** Quotes that really occur become citations; a quote the model made up stays uncited text. */
async function citeQuotes(frame: Frame, answer: string, documents: readonly Given[]): Promise<void> {
  // No quote spans two lines, so none is found across two parts of a document.
  const parts = Map.groupBy(documents, ({ id }) => id)
  const texts = new Map([...parts].map(([id, own]) => [id, own.map(({ text }) => text).join('\n')]))
  for (const { doc, quote } of quotesOf(answer, texts)) {
    const { start = 0, end = 0 } = parts.get(doc)?.find(({ text }) => text.includes(quote)) ?? {}
    try {
      await frame.perform('cite', { doc, start, end, quote })
    } catch (error) {
      if (!isWritError(error) || error.code !== 'CITATION_INVALID') throw error
    }
  }
}
