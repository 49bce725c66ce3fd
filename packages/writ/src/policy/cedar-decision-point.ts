import type {
  BundleInfo,
  CollectionFacts,
  Confinement,
  Decision,
  DecisionRequest,
  ModelFacts,
  ModelLocation,
  ProfileFacts,
  SinkFacts,
  UserFacts,
} from '@writ/contract'
import { assuming, type CedarRequest, cedarRequest, type Surroundings } from './cedar-request.ts'
import { DecisionCache } from './decision-cache.ts'
import type { Evaluator } from './engine.ts'
import type { PolicyFacts } from './policy-facts.ts'
import type { PolicyPoint } from './policy-point.ts'
import type { Rules } from './rule.ts'
import { deny, reachVerdict } from './verdict.ts'

/** Decisions kept; one takes about 3 KB with its key. */
const CACHED_DECISIONS = 4_096

/** What a decision point is made of. It owns the engine and closes it. */
export interface Parts {
  readonly bundle: BundleInfo
  readonly facts: PolicyFacts
  readonly rules: Rules
  readonly engine: Evaluator
}

/** Cedar behind a wrapper that turns whatever goes wrong into a deny. */
export class CedarDecisionPoint implements PolicyPoint {
  readonly bundle: BundleInfo
  readonly #facts: PolicyFacts
  readonly #rules: Rules
  readonly #engine: Evaluator
  readonly #surroundings: Surroundings
  readonly #decisions = new DecisionCache<Promise<Decision>>(CACHED_DECISIONS)

  constructor({ bundle, facts, rules, engine }: Parts) {
    this.bundle = bundle
    this.#facts = facts
    this.#rules = rules
    this.#engine = engine
    this.#surroundings = { bundle: bundle.hash, owner: (id) => facts.owner(id) }
  }

  get osUser(): string {
    return this.#facts.osUser
  }

  get confinement(): Confinement['level'] | undefined {
    return this.#facts.confinement
  }

  get defaultPurpose(): string {
    return this.#facts.defaultPurpose
  }

  user(id: string, purpose: string): UserFacts {
    return this.#facts.user(id, purpose)
  }

  profile(id: string): ProfileFacts {
    return this.#facts.profile(id)
  }

  sink(id: string): SinkFacts {
    return this.#facts.sink(id)
  }

  collection(id: string): CollectionFacts {
    return this.#facts.collection(id)
  }

  model(id: string, location: ModelLocation, digest: string): ModelFacts {
    return this.#facts.model(id, location, digest)
  }

  halts(policies: readonly string[]): boolean {
    return policies.some((id) => this.#rules.get(id)?.halt === true)
  }

  async decide(request: DecisionRequest): Promise<Decision> {
    let question: CedarRequest
    let key: string
    try {
      question = cedarRequest(request, this.#surroundings)
      key = JSON.stringify(question)
    } catch {
      return deny('invalid-request', [])
    }
    try {
      return await (this.#decisions.get(key) ?? this.#ask(key, question))
    } catch {
      // An engine failure is not a decision: the next to ask gets a new try.
      this.#decisions.delete(key)
      return deny('engine-error', [])
    }
  }

  close(): Promise<void> {
    this.#decisions.clear()
    return this.#engine.close()
  }

  // INVARIANT: the key is the very question Cedar gets, so no field can be left out of it. Equal questions asked while
  // the first is under way share its answer.
  #ask(key: string, question: CedarRequest): Promise<Decision> {
    const decision = reachVerdict(
      (discharge) =>
        this.#engine.evaluate(discharge === undefined ? question : assuming(question, discharge)),
      this.#rules,
    )
    this.#decisions.set(key, decision)
    return decision
  }
}
