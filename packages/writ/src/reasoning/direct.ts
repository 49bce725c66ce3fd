import { type Frame, type FrameEnd, isWritError, toWritError } from '@writ/contract'
import { systemPrompt } from './prompts.ts'

/** A line of evidence as the prompt asks for it: `[document id] "exact words"`. */
const EVIDENCE = /\[([^[\]\n]{1,1024})\] {0,8}"([^"\n]{1,8192})"/g

/** Answers in one call over the whole context, every document read through the gate. */
export async function direct(frame: Frame): Promise<FrameEnd> {
  try {
    const sizes = new Map<string, number>()
    const parts: string[] = []
    for (const doc of await frame.perform('context.docs', {})) {
      const read = await readDocument(frame, doc.id)
      if (read === undefined) continue
      sizes.set(doc.id, read.end)
      parts.push(`<document id=${JSON.stringify(doc.id)}>\n${read.text}\n</document>`)
    }
    const text = await frame.turn(
      [
        { role: 'system', text: systemPrompt('direct', frame.model.contextWindow) },
        { role: 'user', text: `Question:\n${frame.goal}\n\n${parts.join('\n\n')}` },
      ],
      false,
    )
    await citeEvidence(frame, text, sizes)
    await frame.release(JSON.stringify(text))
    return { incomplete: false }
  } catch (error) {
    return { incomplete: false, error: toWritError(error) }
  }
}

/** A document that policy withholds is left out; the others still answer. */
async function readDocument(frame: Frame, doc: string): Promise<{ text: string; end: number } | undefined> {
  try {
    return await frame.perform('context.read', { doc })
  } catch (error) {
    if (isWritError(error) && error.code === 'POLICY_DENIED') return undefined
    throw error
  }
}

/** Quotes that really occur become citations; a quote the model made up stays uncited text. */
async function citeEvidence(frame: Frame, text: string, sizes: ReadonlyMap<string, number>): Promise<void> {
  for (const [, doc = '', quote = ''] of text.matchAll(EVIDENCE)) {
    const end = sizes.get(doc)
    if (end === undefined) continue
    try {
      await frame.perform('cite', { doc, start: 0, end, quote })
    } catch (error) {
      if (!isWritError(error) || error.code !== 'CITATION_INVALID') throw error
    }
  }
}
