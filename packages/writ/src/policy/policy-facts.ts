import {
  type CollectionFacts,
  type Confinement,
  levelNumber,
  type ModelFacts,
  type ModelLocation,
  type ProfileFacts,
  type SinkFacts,
  type UserFacts,
  WritError,
} from '@writ/contract'
import { type Facts, OS_USER } from './facts.ts'

/** Answers what a bundle's facts say of somebody or something. */
export class PolicyFacts {
  readonly defaultPurpose: string
  readonly #bundle: string
  readonly #facts: Facts
  readonly #purposes: readonly string[]
  /** The user that `$os` of the facts means. */
  readonly osUser: string

  constructor(bundle: string, facts: Facts, purposes: readonly string[], osUser: string) {
    this.#bundle = bundle
    this.#facts = facts
    this.#purposes = purposes
    this.osUser = osUser
    this.defaultPurpose = purposes.includes('general') ? 'general' : (purposes[0] ?? '')
  }

  /** The weakest confinement the facts permit; undefined where they say nothing. */
  get confinement(): Confinement['level'] | undefined {
    return this.#facts.confinement
  }

  /** Throws `UNKNOWN_USER` or `UNKNOWN_PURPOSE`. */
  user(id: string, purpose: string): UserFacts {
    const user = this.owner(id)
    if (user === undefined) {
      throw new WritError(
        'UNKNOWN_USER',
        `the policy bundle ${this.#bundle} does not know the user ${JSON.stringify(id)}`,
      )
    }
    if (!this.#purposes.includes(purpose)) {
      throw new WritError(
        'UNKNOWN_PURPOSE',
        `the policy bundle ${this.#bundle} does not know the purpose ${JSON.stringify(purpose)}; it knows ${this.#purposes.join(', ')}`,
      )
    }
    return user
  }

  /** The facts of a user who may own documents, if the bundle has any. */
  owner(id: string): UserFacts | undefined {
    const { users } = this.#facts
    if (id === OS_USER) return undefined
    const entry = own(users, id) ?? (id === this.osUser ? own(users, OS_USER) : undefined)
    if (entry === undefined) return undefined
    return { id, clearance: levelNumber(entry.clearance), active: entry.active, purposes: entry.purposes }
  }

  /** Throws `BAD_POLICY` when the facts do not have the profile. */
  profile(id: string): ProfileFacts {
    return { id, ...this.#known('profile', this.#facts.profiles, id) }
  }

  /** Throws `BAD_POLICY` when the facts do not have the sink. */
  sink(id: string): SinkFacts {
    const { maxLevel, categories, external } = this.#known('sink', this.#facts.sinks, id)
    return { type: 'sink', id, maxLevel: levelNumber(maxLevel), categories, external }
  }

  /** Throws `BAD_POLICY` when the facts do not have the collection. */
  collection(id: string): CollectionFacts {
    const { maxLevel, categories } = this.#known('collection', this.#facts.collections ?? {}, id)
    return { type: 'collection', id, maxLevel: levelNumber(maxLevel), categories }
  }

  /** What the facts say of exactly this model, else of models at its location. */
  model(id: string, location: ModelLocation, digest: string): ModelFacts {
    const { byId, defaults } = this.#facts.models
    return { ...(own(byId, id) ?? defaults[location]), digest }
  }

  #known<T>(kind: string, entries: Readonly<Record<string, T>>, id: string): T {
    const entry = own(entries, id)
    if (entry !== undefined) return entry
    throw new WritError(
      'BAD_POLICY',
      `policy bundle ${this.#bundle}: facts.json has no ${kind} ${JSON.stringify(id)}`,
      {
        data: { bundle: this.#bundle, file: 'facts.json' },
      },
    )
  }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
