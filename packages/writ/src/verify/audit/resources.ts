import {
  BOTTOM,
  type DecisionPoint,
  type Det,
  everyPartition,
  joinLabels,
  type Label,
  LEVELS,
  labelsEqual,
  levelNumber,
  type PartitionFacts,
  type RecordedModel,
  type RecordedPartition,
  type ResourceFacts,
} from '@writ/contract'
import { allModels, refuse } from '@writ/evidence'
import type { SealedLabel } from './frame.ts'

type SealedLabels = ReadonlyMap<string, SealedLabel>

/** What the host attests of a partition, beside its label. */
type Keeping = Pick<PartitionFacts, 'collection' | 'owner' | 'purposes'>

/** A partition of the run, with every label and keeping it may have had when it was asked about: mostly one. */
interface Known {
  readonly labels: readonly Label[]
  readonly keepings: readonly Keeping[]
}

/** The facts of everything a run's decisions are about: partitions and models from its records, the rest from its bundle. */
export class Resources {
  readonly #point: DecisionPoint
  readonly #models: ReadonlyMap<string, RecordedModel>
  readonly #partitions = new Map<string, Known>()
  readonly #keepings: readonly Keeping[]

  constructor(opening: Det['run.open'], point: DecisionPoint) {
    const { partitions, user, purpose } = opening
    this.#point = point
    // A model is the same in every list and in both parts of a forked run; COMPLETENESS says so.
    this.#models = new Map(allModels(opening).map((model) => [model.id, model]))
    for (const partition of everyPartition(opening)) {
      const { id, label } = partition
      this.#partitions.set(id, { labels: [label], keepings: [keepingOf(partition)] })
    }
    // A text is kept for the owner and the purposes of the run's store; only the store knew which those were.
    const keepings = partitions.length > 0 ? partitions.map(keepingOf) : storesWithout(user.id, purpose)
    this.#keepings = [...new Map(keepings.map((keeping) => [storeKey(keeping), keeping])).values()]
  }

  has(partition: string): boolean {
    return this.#partitions.has(partition)
  }

  /**
   * A text given to a child: it was labelled between its spawn's decision and the record of it. That of a blind child is a
   * sealed value, which one of those its parent holds no record says.
   */
  addText(id: string, { child, decision, label, mode }: Det['frame.spawn'], sealed: SealedLabels): void {
    const held =
      mode === 'blind' ? [...sealed.values()].flatMap(({ least, most }) => [least, most]) : [BOTTOM]
    const labels = [label, decision.taint].flatMap((own) => held.map((part) => joinLabels(own, part)))
    const keepings = this.#keepings.map((keeping) => ({ ...keeping, collection: `frame-${child}` }))
    this.#partitions.set(id, { labels: distinct(labels), keepings })
  }

  /** The labels a partition may have: mostly one. */
  labels(partition: string, at: string): readonly Label[] {
    return this.#partition(partition, at).labels
  }

  model(id: string, at: string): RecordedModel {
    return this.#models.get(id) ?? refuse('LINEAGE_NOT_DERIVED', `The run has no model ${id}.`, at)
  }

  /** The facts of a resource named `type:id`. */
  factsOf(resource: string, at: string): readonly ResourceFacts[] {
    const colon = resource.indexOf(':')
    const [type, id] = [resource.slice(0, colon), resource.slice(colon + 1)]
    switch (type) {
      case 'partition':
        return partitionFacts(id, this.#partition(id, at))
      case 'model':
        return [modelFacts(this.model(id, at), at)]
      case 'profile':
        return [{ type, ...this.#fromBundle(() => this.#point.profile(id), resource, at) }]
      case 'collection':
        return [this.#fromBundle(() => this.#point.collection(id), resource, at)]
      case 'sink':
        return [this.#fromBundle(() => this.#point.sink(id), resource, at)]
      default:
        return refuse('LINEAGE_NOT_DERIVED', `No decision is about ${resource}.`, at)
    }
  }

  #partition(id: string, at: string): Known {
    return this.#partitions.get(id) ?? refuse('LINEAGE_NOT_DERIVED', `The run has no partition ${id}.`, at)
  }

  #fromBundle<T>(find: () => T, resource: string, at: string): T {
    try {
      return find()
    } catch {
      return refuse('LINEAGE_NOT_DERIVED', `The bundle has no ${resource}.`, at)
    }
  }
}

function keepingOf({ collection, owner, purposes }: RecordedPartition): Keeping {
  return { collection, owner, purposes }
}

/** What the store of a run without a corpus keeps texts for: the user, or nobody once it was opened again. */
function storesWithout(user: string, purpose: string): Keeping[] {
  return [
    { collection: '', owner: user, purposes: [purpose] },
    { collection: '', owner: '', purposes: [] },
  ]
}

function distinct(labels: readonly Label[]): readonly Label[] {
  return labels.filter((one, i) => labels.findIndex((other) => labelsEqual(other, one)) === i)
}

function storeKey({ owner, purposes }: Keeping): string {
  return JSON.stringify([owner, purposes])
}

function partitionFacts(id: string, { labels, keepings }: Known): readonly ResourceFacts[] {
  return keepings.flatMap((keeping) =>
    labels.map(
      ({ level, categories, untrusted }): PartitionFacts => ({
        ...keeping,
        type: 'partition',
        id,
        level: levelNumber(level),
        categories,
        trusted: !untrusted,
      }),
    ),
  )
}

function modelFacts({ maxLevel, ...model }: RecordedModel, at: string): ResourceFacts {
  const level = LEVELS[maxLevel]
  if (level === undefined) refuse('FACTS_DIFFER', `The model ${model.id} has the level ${maxLevel}.`, at)
  const { id, digest, categories, jurisdiction, onPrem, retention, approved } = model
  return { type: 'model', id, maxLevel: level, digest, categories, jurisdiction, onPrem, retention, approved }
}
