import {
  type ContextStore,
  defined,
  formatLabel,
  type Ledger,
  type Limits,
  type PlanBound,
  type PlanCard,
  type ReachLine,
} from '@writ/contract'
import { type Reachable, type RunRequest, reachOf } from '../../kernel/index.ts'
import type { PolicyPoint } from '../../policy/index.ts'
import { expectedOf, packOf } from './expected.ts'
import { routeOf, sizeOf } from './route.ts'

/** What a plan card is made of: a question with everything about it resolved, and where it would be asked. */
export interface Planned
  extends Pick<RunRequest, 'question' | 'questionLabel' | 'strategy' | 'script' | 'authority' | 'models'> {
  readonly limits: Limits
  readonly bound: PlanBound
  readonly policy: PolicyPoint
  readonly store: ContextStore
  readonly ledger: Ledger
  /** Answers that are compared; absent where no votes are asked for. */
  readonly votes?: number | undefined
}

/** Says what a run would do and cost. Nothing is read of the corpus, and no model is asked. */
export async function planCard(planned: Planned): Promise<PlanCard> {
  const { script, models, store, limits, bound, ledger, votes } = planned
  const reach = linesOf(await reachOf(planned, planned))
  const chosen = routeOf(planned)
  const packs = store.partitions.map(packOf)
  const planHash = script?.planHash
  return {
    schema: 'writ.plan/1',
    strategy: chosen.strategy,
    reason: chosen.reason,
    script: script === undefined ? null : { name: script.name, planHash: script.planHash },
    models: namesOf(models),
    ...sizeOf(store),
    reach,
    bound,
    limits,
    ...defined({ votes: votes === undefined ? undefined : votesOf(votes, script) }),
    expected: await expectedOf(ledger, {
      packs,
      strategy: chosen.strategy,
      planHash,
      models: [models.root.id, models.sub.id],
      verifier: models.verifier?.map(({ id }) => id),
      votes,
    }),
  }
}

/** Each vote but the first is a frame, and as many more are asked again for leaves that differ, but for those of a script. */
function votesOf(asked: number, script: Planned['script']): NonNullable<PlanCard['votes']> {
  return { asked, frames: (asked - 1) * (script === undefined ? 2 : 1) }
}

function namesOf({ root, sub, fallbacks, verifier }: Planned['models']): PlanCard['models'] {
  const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id)
  const others =
    fallbacks === undefined ? {} : { fallbacks: { root: ids(fallbacks.root), sub: ids(fallbacks.sub) } }
  return { root: root.id, sub: sub.id, ...others, ...defined({ verifier: verifier && ids(verifier) }) }
}

/** One line for each label that is judged alike. */
function linesOf(found: readonly Reachable[]): readonly ReachLine[] {
  const lines = new Map<string, ReachLine>()
  for (const { partition, allowed, reason } of found) {
    const label = formatLabel(partition.label)
    const key = JSON.stringify([label, allowed, reason])
    const { documents = 0, bytes = 0 } = lines.get(key) ?? {}
    const sums = { documents: documents + partition.documents, bytes: bytes + partition.bytes }
    lines.set(key, { label, ...sums, allowed, reason })
  }
  return [...lines.values()]
}
