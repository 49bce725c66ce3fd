import { counted } from './amounts.ts'
import { formatLabel, type Label, label } from './label.ts'
import { NOTES } from './note.ts'

// Decisions in words, for whoever does not know the policies.

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
  'context::read': 'reading',
  'context::search': 'searching',
  'model::call': 'calling',
  'memory::write': 'writing into',
  'recursion::spawn': 'opening a frame with',
  'output::release': 'releasing the answer to',
  'frame.join': 'taking over the result of',
}

/** A group of documents, as far as words about it need. */
export interface NamedPartition {
  readonly id: string
  readonly label: Label
  readonly documents: number
  /** What policies call its collection; notes have one of their own. */
  readonly collection?: string
}

/** What was asked of policy: `searching 3 documents labelled restricted`. */
export function askedInWords(
  { action, resource }: { readonly action: string; readonly resource: string },
  partitions: readonly NamedPartition[],
): string {
  return `${ACTIONS[action] ?? action} ${thing(resource, partitions)}`
}

/** Why policy refused. */
export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? reason
}

function thing(resource: string, partitions: readonly NamedPartition[]): string {
  const at = resource.indexOf(':')
  const [type, id] = [resource.slice(0, at), resource.slice(at + 1)]
  if (type === 'model') return `the model ${id}`
  if (type === 'collection') return `the collection “${id}”`
  if (type === 'sink') return `the place “${id}”`
  if (type === 'frame') return `frame ${id}`
  if (type === 'profile') return `the profile ${id}`
  const partition = partitions.find((candidate) => candidate.id === id)
  if (type !== 'partition' || partition === undefined) return resource
  // That nobody vouches for them is no reason to refuse.
  const { level, categories } = partition.label
  const what = partition.collection === NOTES ? 'note' : 'document'
  return `${counted(partition.documents, what)} labelled ${formatLabel(label(level, categories))}`
}
