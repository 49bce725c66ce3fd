import {
  type Action,
  type Decision,
  joinLabels,
  type Label,
  type Partition,
  type ResourceFacts,
} from '@writ/contract'
import type { Authority, KernelPorts } from '../basis/ports.ts'
import { modelResource } from '../state/run-state.ts'
import { partitionFacts } from '../steps/admission.ts'
import type { RunRequest } from './run-request.ts'

/** A partition as a root frame would find it: whether policy lets it read there, and if not, why. */
export interface Reachable {
  readonly partition: Partition
  readonly allowed: boolean
  /** The reason of policy's refusal; null when it allows. */
  readonly reason: string | null
}

/**
 * What policy would say of each partition to the root of a run, before there is one: it may be searched and read, and a
 * model of the root may be asked at its label. Nothing is read, and no decision leads to anything.
 */
export async function reachOf(
  { policy, store }: Pick<KernelPorts, 'policy' | 'store'>,
  {
    authority,
    models,
    questionLabel,
    script,
  }: Pick<RunRequest, 'authority' | 'models' | 'questionLabel' | 'script'>,
): Promise<readonly Reachable[]> {
  const decide = (action: Action, resource: ResourceFacts, taint: Label): Promise<Decision> =>
    policy.decide({
      ...asker(authority),
      action,
      resource,
      taint,
      planHash: script?.planHash,
    })
  /** The decision on the first of the root's models that policy allows, else on its last. */
  const anyModel = async (taint: Label): Promise<Decision> => {
    let decided = await decide('model::call', modelResource(models.root), taint)
    for (const model of models.fallbacks?.root ?? []) {
      if (decided.verdict === 'allow') break
      decided = await decide('model::call', modelResource(model), taint)
    }
    return decided
  }
  return await Promise.all(
    store.partitions.map(async (partition) => {
      const facts = partitionFacts(partition)
      const decisions = [
        await decide('context::search', facts, questionLabel),
        await decide('context::read', facts, questionLabel),
        await anyModel(joinLabels(questionLabel, partition.label)),
      ]
      const refusal = decisions.find(({ verdict }) => verdict !== 'allow')
      return { partition, allowed: refusal === undefined, reason: refusal?.reason ?? null }
    }),
  )
}

function asker({ user, purpose, orchestrator }: Authority) {
  return { user, purpose, profile: orchestrator, depth: 0, discharged: [] } as const
}
