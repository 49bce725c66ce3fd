import {
  flowsTo,
  joinLabels,
  type Label,
  labelsEqual,
  type Reach,
  type RecordedDecision,
  type RecordedModel,
  reachesHigher,
  type SpawnMode,
  spawnMode,
} from '@writ/contract'

/** What the mode of a child follows from, beside the decisions taken for it. */
export interface Spawning {
  /** Labels that its parent may have had when the decisions were taken. */
  readonly held: readonly Label[]
  /** Labels of the partitions of the run and of its parent's own texts, in their order. */
  readonly labels: readonly Label[]
  /** The models of the child, in the order in which they are asked. */
  readonly child: readonly RecordedModel[]
  /** The lists of models that bind its parent. */
  readonly parent: readonly (readonly RecordedModel[])[]
  readonly decisions: readonly RecordedDecision[]
  /** The partitions it may read, with their labels, but for a text of its own. */
  readonly scope: readonly { readonly id: string; readonly label: Label }[]
  /** Whether it is given all that its parent may read, a text of its own, and whether its parent holds sealed values. */
  readonly whole: boolean
  readonly text: boolean
  readonly sealed: boolean
}

/** The modes that a child can have been given; none when the decisions are not those its mode follows from. */
export function possibleModes(spawning: Spawning): ReadonlySet<SpawnMode> {
  const modes = new Set<SpawnMode>()
  for (const held of spawning.held) for (const mode of modesAt(held, spawning)) modes.add(mode)
  return modes
}

/** Whether child and parent keep a model, by the label that a read would give the child. */
interface Ahead extends Reach {
  readonly after: Label
}

function modesAt(held: Label, spawning: Spawning): readonly SpawnMode[] {
  const ahead = reachesAt(held, spawning)
  if (ahead === undefined) return []
  const modes: SpawnMode[] = []
  for (const beyond of beyondAt(held, ahead, spawning)) {
    // What is beyond its parent and beyond the child too is refused as unknown.
    if (beyond && !reachesHigher(ahead)) continue
    modes.push(spawnMode(ahead, { beyond, sealed: false }))
  }
  if (spawning.text && spawning.sealed) modes.push('blind')
  return modes
}

/** The decisions of `model::call`, held against those that have to be taken; undefined when they are others. */
function reachesAt(
  held: Label,
  { labels, child, parent, decisions }: Spawning,
): readonly Ahead[] | undefined {
  const ahead: Ahead[] = []
  let next = 0
  for (const after of distinct(
    labels.filter((label) => !flowsTo(label, held)).map((label) => joinLabels(held, label)),
  )) {
    const verdicts = new Map<string, boolean>()
    const kept: boolean[] = []
    for (const list of [child, ...parent]) {
      let keeps = false
      for (const { id } of list) {
        if (!verdicts.has(id)) {
          const decision = decisions[next]
          next += 1
          if (decision?.resource !== `model:${id}` || !labelsEqual(decision.taint, after)) return undefined
          verdicts.set(id, decision.verdict === 'allow')
        }
        keeps = verdicts.get(id) === true
        if (keeps) break
      }
      kept.push(keeps)
    }
    const [own = false, ...above] = kept
    ahead.push({ after, child: own, parent: above.every((keeps) => keeps) })
  }
  return decisions[next]?.action === 'model::call' ? undefined : ahead
}

/** Whether the scope names what the parent may not see. Names of documents are not recorded, so both may be possible. */
function beyondAt(
  held: Label,
  ahead: readonly Ahead[],
  { scope, whole, text, decisions }: Spawning,
): readonly boolean[] {
  if (text) return [false]
  const hidden = scope.filter(({ id, label }) => {
    const reached =
      flowsTo(label, held) ||
      ahead.some(({ after, parent }) => parent && labelsEqual(after, joinLabels(held, label)))
    const searched = decisions.find(
      ({ action, resource }) => action === 'context::search' && resource === `partition:${id}`,
    )
    return !reached || (searched !== undefined && searched.verdict !== 'allow')
  })
  if (hidden.length === 0) return [false, true] // a document that there is not is beyond it, too
  // All that the parent may ask for is beyond it only where none of it can be seen; of named documents, one is enough.
  return whole && hidden.length < scope.length ? [false, true] : [true]
}

function distinct(labels: readonly Label[]): readonly Label[] {
  return labels.filter((label, i) => labels.findIndex((other) => labelsEqual(other, label)) === i)
}
