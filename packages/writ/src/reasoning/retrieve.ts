import { type Frame, type FrameEnd, foundIn, WritError } from '@writ/contract'
import { answerFrom, type Given } from './one-call.ts'

/** Passages that are asked for, best first. */
const PASSAGES = 40
/** Bytes of passages for each token of the window: they take half of it when a token has two bytes. */
const BYTES_PER_TOKEN_OF_WINDOW = 1

/** Answers in one call over the passages that the search finds for the question: no turn is taken and no code is written. */
export async function retrieve(frame: Frame): Promise<FrameEnd> {
  return await answerFrom(frame, passages)
}

/** The best passages that fit, in the order of their documents. */
async function passages(frame: Frame): Promise<readonly Given[]> {
  const found = foundIn(await frame.perform('context.search', { query: frame.goal, k: PASSAGES }))
  if (found.length === 0)
    throw new WritError('NO_ANSWER', 'No passage of the corpus has words of the question.')
  let room = frame.model.contextWindow * BYTES_PER_TOKEN_OF_WINDOW
  const fitting = found.filter(({ start, end }) => {
    const bytes = end - start
    if (bytes > room) return false
    room -= bytes
    return true
  })
  return fitting
    .map(({ doc, start, end, text }) => ({ id: doc, text, start, end, span: { start, end } }))
    .sort((a, b) => (a.id === b.id ? a.start - b.start : a.id < b.id ? -1 : 1))
}
