import { type Frame, type FrameEnd, foundIn, type Passage, toWritError, WritError } from '@writ/contract'
import { holdsLookup, type Lookup, lookupOf } from './lookup.ts'
import { answeredFrom, answerFrom, type Given } from './one-call.ts'
import { replLoop } from './repl-loop.ts'

/** Passages that are asked for, best first. */
const PASSAGES = 40
/** Bytes of passages for each token of the window: they take half of it when a token has two bytes. */
const BYTES_PER_TOKEN_OF_WINDOW = 1

/** Answers in one call over the passages that the search finds for the question: no turn is taken and no code is written. */
export async function retrieve(frame: Frame): Promise<FrameEnd> {
  return await answerFrom(frame, passages)
}

/**
 * Looks up what the question names: in one call over every passage that names it, where they answer. Else the frame goes on
 * in turns, as if nothing had been tried.
 */
export async function lookUp(frame: Frame): Promise<FrameEnd> {
  const lookup = lookupOf(frame.goal)
  if (lookup === undefined || frame.maxTurns < 2) return await replLoop(frame)
  try {
    const given = await passagesOf(frame, lookup)
    if (given === undefined) return await replLoop(frame)
    if (await answeredFrom(frame, given)) return { incomplete: false }
  } catch (error) {
    return { incomplete: false, error: toWritError(error) }
  }
  return await replLoop(frame, 1)
}

/**
 * What a search answers a question from: every passage that has one of the names, and the best for the question. Undefined
 * where these do not fit, or none of them has all that is asked for.
 */
async function passagesOf(frame: Frame, lookup: Lookup): Promise<readonly Given[] | undefined> {
  const naming = foundIn(
    await frame.perform('context.search', { query: lookup.names.join(' '), k: PASSAGES + 1 }),
  )
  // The search finds a document by its name, too.
  const answering = naming.some(({ doc, text }) => holdsLookup(`${doc}\n${text}`, lookup))
  if (naming.length > PASSAGES || !answering) return undefined
  const best = foundIn(await frame.perform('context.search', { query: frame.goal, k: PASSAGES }))
  const room = frame.model.contextWindow * BYTES_PER_TOKEN_OF_WINDOW
  if (sizeOf(naming) > room) return undefined
  const known = new Set(naming.map(placeOf))
  return fitting([...naming, ...best.filter((passage) => !known.has(placeOf(passage)))], room)
}

/** The best passages that fit, in the order of their documents. */
async function passages(frame: Frame): Promise<readonly Given[]> {
  const found = foundIn(await frame.perform('context.search', { query: frame.goal, k: PASSAGES }))
  if (found.length === 0)
    throw new WritError('NO_ANSWER', 'No passage of the corpus has words of the question.')
  return fitting(found, frame.model.contextWindow * BYTES_PER_TOKEN_OF_WINDOW)
}

/** Of passages, those before which there is room, in the order of their documents. */
function fitting(found: readonly Passage[], bytes: number): readonly Given[] {
  let room = bytes
  const kept = found.filter((passage) => {
    const size = sizeOf([passage])
    if (size > room) return false
    room -= size
    return true
  })
  return givenOf(kept)
}

function sizeOf(parts: readonly Pick<Given, 'start' | 'end'>[]): number {
  return parts.reduce((sum, { start, end }) => sum + end - start, 0)
}

function givenOf(found: readonly Passage[]): readonly Given[] {
  return found
    .map(({ doc, start, end, text }) => ({ id: doc, text, start, end, span: { start, end } }))
    .sort((a, b) => (a.id === b.id ? a.start - b.start : a.id < b.id ? -1 : 1))
}

function placeOf({ doc, start, end }: Passage): string {
  return `${start} ${end} ${doc}`
}
