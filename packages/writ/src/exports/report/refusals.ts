import { type Denial, formatLabel, type RecordedDecision, type RecordedPartition } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'

/** What a refusal means, by the reason its policy gives. A reason nobody here knows is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  clearance: 'the user is not cleared for this level',
  purpose: 'the purpose of the run is not one it may be used for',
  'inactive-user': 'the user is not active',
  'unapproved-model': 'the model is not approved',
  'label-flow': 'the data is labelled higher than the place it would go to',
  'data-residency': 'secret data may not leave the house',
  jurisdiction: 'personal or health data may not go to a model in this jurisdiction',
  depth: 'frames may not be nested deeper',
  attenuation: 'a child may not be given more than its parent has',
  'unvalidated-citations': 'the citations had not been checked',
  ceiling: 'with it, the frame would have been left without a model it may use',
  'no-permit': 'no policy permits it',
  'evaluation-error': 'a policy could not be evaluated, which counts as a refusal',
  'engine-error': 'the policy engine failed, which counts as a refusal',
}

const ACTIONS: Readonly<Record<string, string>> = {
  'context::read': 'Reading',
  'context::search': 'Searching',
  'model::call': 'Calling',
  'recursion::spawn': 'Opening a frame with',
  'output::release': 'Releasing the answer to',
  'frame.join': 'Taking over the result of',
}

/** A refusal in words. */
export interface RefusalInWords {
  readonly what: string
  readonly why: string
  readonly policies: readonly string[]
  readonly reason: string
  readonly count: number
}

/** Refusals that a record shows. What the ceiling refused beside it is named for the model it would have taken. */
export function refusalsIn(record: AnyRecord): readonly RecordedDecision[] {
  const decisions =
    record.kind === 'context.search' || record.kind === 'context.read'
      ? record.det.decisions
      : record.kind === 'model.call' || record.kind === 'frame.spawn' || record.kind === 'output.release'
        ? [record.det.decision]
        : []
  return decisions.filter((decision) => decision !== null).filter(({ verdict }) => verdict !== 'allow')
}

/** Equal refusals counted together, as an answer counts them. */
export function countRefusals(decisions: readonly RecordedDecision[]): readonly Denial[] {
  const counted = new Map<string, Denial>()
  for (const { action, resource, policies, reason } of decisions) {
    const key = JSON.stringify([action, resource, policies, reason])
    counted.set(key, { action, resource, policies, reason, count: (counted.get(key)?.count ?? 0) + 1 })
  }
  return [...counted.values()]
}

export function inWords(denial: Denial, partitions: readonly RecordedPartition[]): RefusalInWords {
  const { action, resource, policies, reason, count } = denial
  const what = `${ACTIONS[action] ?? action} ${thing(resource, partitions)}`
  return { what, why: REASONS[reason] ?? reason, policies, reason, count }
}

function thing(resource: string, partitions: readonly RecordedPartition[]): string {
  const at = resource.indexOf(':')
  const [type, id] = [resource.slice(0, at), resource.slice(at + 1)]
  if (type === 'model') return `the model ${id}`
  if (type === 'sink') return `the place “${id}”`
  if (type === 'frame') return `frame ${id}`
  if (type === 'profile') return `the profile ${id}`
  const partition = partitions.find((candidate) => candidate.id === id)
  if (type !== 'partition' || partition === undefined) return resource
  const { documents, label } = partition
  return `the ${documents} ${documents === 1 ? 'document' : 'documents'} labelled ${formatLabel(label)}`
}
