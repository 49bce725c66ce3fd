import type { ContextStore, SimilarList, Steps } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import { document, only } from './context-requests.ts'
import type { ContextStep } from './context-step.ts'

/** Documents given when none is asked for, and the most it may be asked for. */
const DEFAULT_SIMILAR = 10
const MOST_SIMILAR = 10_000
/** Below it, texts that are called similar mostly are not. */
const LEAST = 0.5

/**
 * Documents of the frame's scope that are similar to one of them, or to a text. One that policy withholds is none: what it
 * would be compared with is told neither by a row nor by an error.
 */
export function similarStep(
  store: ContextStore,
  lane: FrameState,
  request: Steps['context.similar']['request'],
): ContextStep<SimilarList> {
  const { doc, text = '', k = DEFAULT_SIMILAR, least = LEAST } = request
  return {
    kind: 'context.search',
    op: 'similar',
    input: request,
    needs: () => lane.scope.partitions,
    effect: async (allowed, signal) => {
      const of =
        doc === undefined
          ? undefined
          : document(store, { scope: { ...lane.scope, partitions: allowed } }, doc)
      const to = of === undefined ? { text } : { doc: of.id }
      const most = Math.min(k, MOST_SIMILAR)
      const lists = await Promise.all(
        allowed.map((partition) =>
          store.similar(
            partition.id,
            { to, k: most, least, ...only(store, lane, partition, undefined) },
            signal,
          ),
        ),
      )
      const found = lists
        .flatMap((list) => list.found)
        .sort((a, b) => b.similarity - a.similarity || (a.doc < b.doc ? -1 : 1))
      return {
        found: found.slice(0, most),
        truncated: found.length > most || lists.some(({ truncated }) => truncated),
        tooLong: lists.reduce((sum, { tooLong }) => sum + tooLong, 0),
      }
    },
    searches: true,
  }
}
