import type { ContextStore, DocumentReference, Partition, Steps } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import { document, partitionOf } from './context-requests.ts'
import type { ContextStep } from './context-step.ts'
import { threadReferences } from './thread-references.ts'

/**
 * What a document points at: terms and references of its own, and the other messages of its thread. A thread is looked for
 * in the partition of the message: what others hold, and whether policy withholds them, is told by nothing.
 */
export function referencesStep(
  store: ContextStore,
  lane: FrameState,
  request: Steps['context.references']['request'],
): ContextStep<readonly DocumentReference[]> {
  const { doc, kind } = request
  const partition = (): Partition => partitionOf(lane, document(store, lane, doc))
  return {
    kind: 'context.search',
    op: 'references',
    input: request,
    named: [doc],
    needs: () => [partition()],
    effect: async () => {
      const own = kind === 'thread' ? [] : await store.references(doc)
      const isMail = store.locate(doc)?.format === 'email'
      const thread =
        isMail && (kind === undefined || kind === 'thread')
          ? threadReferences(
              doc,
              await store.messages(partition().id),
              (id) => lane.scope.docs?.has(id) ?? true,
            )
          : []
      return [...own.filter((reference) => kind === undefined || reference.kind === kind), ...thread]
    },
    searches: true,
    handed: (references) =>
      references.flatMap((reference) => (reference.kind === 'thread' ? [] : [reference])),
  }
}
