import type { ContextStore, StrategyChoice } from '@writ/contract'
import type { RunRequest } from '../../kernel/index.ts'
import { createReasoner } from '../../reasoning/index.ts'

/** What a way of answering is chosen by, before there is a run: the same as then. */
export type Routed = Pick<RunRequest, 'question' | 'strategy' | 'script' | 'models'> & {
  readonly store: ContextStore
}

/** How the run of a question would be answered. Nothing is read of its context. */
export function routeOf({ question, strategy, script, models, store }: Routed): StrategyChoice {
  return createReasoner().choose({
    requested: strategy,
    question,
    ...sizeOf(store),
    contextWindow: models.root.contextWindow,
    planned: script === undefined && models.root.plan !== undefined,
    scripted: script !== undefined,
  })
}

/** Size of a context. */
export function sizeOf({ partitions }: Pick<ContextStore, 'partitions'>): {
  readonly bytes: number
  readonly documents: number
} {
  return {
    bytes: partitions.reduce((sum, partition) => sum + partition.bytes, 0),
    documents: partitions.reduce((sum, partition) => sum + partition.documents, 0),
  }
}
