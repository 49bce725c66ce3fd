import { type ItemOutcome, type ModelProfile, type SubCall, WritError } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'

// What is worked out of sub-calls before any of them is asked.

/** Requests that sub-calls come to at most: one with a schema may be asked twice. */
export function mostCalls(prompts: readonly SubCall[]): number {
  return prompts.reduce((sum, { schema }) => sum + (schema === undefined ? 1 : 2), 0)
}

/**
 * Where among those performed each item is, null for one that is kept; and the items performed. Equal ones are performed once
 * unless each is to be `fresh`.
 */
export function sendOnce(
  keys: readonly string[],
  kept: readonly unknown[],
  fresh: boolean,
): { readonly places: readonly (number | null)[]; readonly firsts: readonly number[] } {
  const placeOf = new Map<string, number>()
  const firsts: number[] = []
  const places = keys.map((key, index) => {
    if (kept[index] !== undefined) return null
    const place = fresh ? undefined : placeOf.get(key)
    if (place !== undefined) return place
    placeOf.set(key, firsts.length)
    return firsts.push(index) - 1
  })
  return { places, firsts }
}

/** Bytes of spans per token of the model's window that are still read: more could never fit, whatever the text. */
const MOST_BYTES_PER_TOKEN = 16

/** Refuses spans that cannot fit the model's window, before any of them is read. */
export function checkSpans(prompts: readonly SubCall[], model: ModelProfile): void {
  const most = model.contextWindow * MOST_BYTES_PER_TOKEN
  for (const { spans = [] } of prompts) {
    const bytes = spans.reduce((sum, span) => sum + Math.max(0, span.end - span.start), 0)
    if (bytes > most)
      throw new WritError(
        'BAD_REQUEST',
        `The spans have ${bytes} bytes; ${model.id} could take at most ${most}.`,
      )
  }
}

/** Refuses a call that takes more steps than its cell or its frame has left, before any of them is taken. */
export function checkSteps({ steps, cellStart, share }: FrameState, more: number): void {
  const { cellSteps, frameSteps } = share.limits
  const [limit, most, taken] =
    steps - cellStart + more > cellSteps
      ? (['cellSteps', cellSteps, steps - cellStart] as const)
      : (['frameSteps', frameSteps, steps] as const)
  if (taken + more <= most) return
  const whose = limit === 'cellSteps' ? 'cell' : 'frame'
  throw new WritError('BUDGET_EXCEEDED', `This call takes ${more} steps; one ${whose} may take ${most}.`, {
    data: { limit, most },
  })
}

/** What became of the item at a place of those performed. */
export function itemAt<T>(outcomes: readonly ItemOutcome<T>[], index: number): ItemOutcome<T> {
  const outcome = outcomes[index]
  if (outcome === undefined)
    throw new WritError('INTERNAL', `Item ${index} of a batch came back without an outcome.`)
  return outcome
}
