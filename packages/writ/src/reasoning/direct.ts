import { type Frame, type FrameEnd, foundIn, isWritError } from '@writ/contract'
import { answerFrom, type Given } from './one-call.ts'

/** Answers in one call over the whole context, every document read through the gate. */
export async function direct(frame: Frame): Promise<FrameEnd> {
  return await answerFrom(frame, everything)
}

async function everything(frame: Frame): Promise<readonly Given[]> {
  const documents: Given[] = []
  for (const { id } of foundIn(await frame.perform('context.docs', {}))) {
    const read = await readDocument(frame, id)
    if (read !== undefined) documents.push(read)
  }
  return documents
}

/** A document that policy withholds is left out; the others still answer. */
async function readDocument(frame: Frame, id: string): Promise<Given | undefined> {
  try {
    const { text, end } = await frame.perform('context.read', { doc: id })
    return { id, text, start: 0, end }
  } catch (error) {
    if (isWritError(error) && error.code === 'POLICY_DENIED') return undefined
    throw error
  }
}
