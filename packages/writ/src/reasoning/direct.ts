import {
  type Frame,
  type FrameEnd,
  isWritError,
  type PromptDocument,
  toWritError,
  withDocuments,
  withMessages,
} from '@writ/contract'
import { systemPrompt } from './prompts.ts'
import { quotesOf } from './quotes.ts'

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
    const text = await frame.turn(
      [
        { role: 'system', text: systemPrompt('direct', frame.model.contextWindow) },
        { role: 'user', text: withDocuments(questionOf(frame), documents) },
      ],
      false,
    )
    await citeQuotes(frame, text, documents)
    await frame.release(JSON.stringify(text), true)
    return { incomplete: false }
  } catch (error) {
    return { incomplete: false, error: toWritError(error) }
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
