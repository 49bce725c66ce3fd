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

interface Read extends PromptDocument {
  readonly bytes: number
}

/** Answers in one call over the whole context, every document read through the gate. */
export async function direct(frame: Frame): Promise<FrameEnd> {
  try {
    const documents: Read[] = []
    for (const doc of await frame.perform('context.docs', {})) {
      const read = await readDocument(frame, doc.id)
      if (read !== undefined) documents.push(read)
    }
    const { schema } = frame
    const system = systemPrompt('direct', frame.model.contextWindow)
    const messages: readonly Message[] = [
      { role: 'system', text: schema === null ? system : `${system}\n${schemaPrompt(schema)}` },
      { role: 'user', text: withDocuments(questionOf(frame), documents) },
    ]
    if (schema !== null) return await releaseTyped(frame, messages)
    return await releaseText(frame, messages, documents)
  } catch (error) {
    return { incomplete: false, error: toWritError(error) }
  }
}

/** Releases the reply. One that may not be released is asked for again, once, with the reason. */
async function releaseText(
  frame: Frame,
  messages: readonly Message[],
  documents: readonly Read[],
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

/** A document that policy withholds is left out; the others still answer. */
async function readDocument(frame: Frame, id: string): Promise<Read | undefined> {
  try {
    const { text, end } = await frame.perform('context.read', { doc: id })
    return { id, text, bytes: end }
  } catch (error) {
    if (isWritError(error) && error.code === 'POLICY_DENIED') return undefined
    throw error
  }
}

/** Quotes that really occur become citations; a quote the model made up stays uncited text. */
async function citeQuotes(frame: Frame, answer: string, documents: readonly Read[]): Promise<void> {
  const texts = new Map(documents.map(({ id, text }) => [id, text]))
  const bytes = new Map(documents.map(({ id, bytes: end }) => [id, end]))
  for (const { doc, quote } of quotesOf(answer, texts)) {
    try {
      await frame.perform('cite', { doc, start: 0, end: bytes.get(doc) ?? 0, quote })
    } catch (error) {
      if (!isWritError(error) || error.code !== 'CITATION_INVALID') throw error
    }
  }
}
