import type { Label } from './label.ts'
import type { ModelFacts, ModelLocation } from './model.ts'
import type { Confinement } from './sandbox.ts'

export const ACTIONS = [
  'context::read',
  'context::search',
  'model::call',
  'memory::write',
  'recursion::spawn',
  'tool::call',
  'output::release',
] as const

export type Action = (typeof ACTIONS)[number]

/** Who a run acts for, as the operator knows them. */
export interface UserFacts {
  readonly id: string
  readonly clearance: number
  readonly active: boolean
  readonly purposes: readonly string[]
}

/** What kind of frame acts (orchestrator, worker, verifier) and what it may do at most. */
export interface ProfileFacts {
  readonly id: string
  readonly maxDepth: number
  readonly mayEgress: boolean
}

export interface PartitionFacts {
  readonly type: 'partition'
  readonly id: string
  readonly collection: string
  readonly level: number
  readonly categories: readonly string[]
  readonly trusted: boolean
  readonly purposes: readonly string[]
  readonly owner: string
}

export interface ModelResource extends ModelFacts {
  readonly type: 'model'
  readonly id: string
}

export interface ProfileResource extends ProfileFacts {
  readonly type: 'profile'
}

export interface SinkFacts {
  readonly type: 'sink'
  readonly id: string
  readonly maxLevel: number
  readonly categories: readonly string[]
  readonly external: boolean
}

/** What is written into: what the operator says may be kept in it. */
export interface CollectionFacts {
  readonly type: 'collection'
  readonly id: string
  readonly maxLevel: number
  readonly categories: readonly string[]
}

export type ResourceFacts = PartitionFacts | CollectionFacts | ModelResource | ProfileResource | SinkFacts

/**
 * One question to the decision point. Every field is computed by the host, never taken from a request or a model.
 * The principal is canonical (user, profile, depth), so equal requests share one decision.
 */
export interface DecisionRequest {
  readonly user: UserFacts
  readonly profile: ProfileFacts
  readonly action: Action
  readonly resource: ResourceFacts
  readonly purpose: string
  readonly taint: Label
  readonly depth: number
  readonly discharged: readonly string[]
  /** The plan hash of the script that the run follows; absent when it follows none. */
  readonly planHash?: string | undefined
}

export type Verdict = 'allow' | 'deny' | 'pending'

/** The answer of the decision point. Anything but `allow` means the step does not happen. */
export interface Decision {
  readonly verdict: Verdict
  /** Ids of the determining policies, sorted. */
  readonly policies: readonly string[]
  /** `@reason` of the first determining forbid, or a code: `no-permit`, `evaluation-error`, `engine-error`, … */
  readonly reason: string
  /** True when a determining policy carries `@halt`: the run ends. */
  readonly halt: boolean
  /** Obligations to discharge before asking again; only with `pending`. */
  readonly obligations: readonly string[]
}

/** What identifies the bundle a run is pinned to. */
export interface BundleInfo {
  readonly name: string
  /** SHA-256 (hex) of the canonical manifest. */
  readonly hash: string
  /** Every file of the bundle, by name, for the evidence file. */
  readonly files: Readonly<Record<string, string>>
  /** What governance signed for this very bundle (`bundle.dsse`), for the evidence file; no part of the hash. */
  readonly approval?: Uint8Array | undefined
}

/** The policy engine. Never throws for a decision: whatever goes wrong is a deny that says so. */
export interface DecisionPoint {
  readonly bundle: BundleInfo
  /** The user that the bundle's facts mean by `$os`. */
  readonly osUser: string
  /** The weakest confinement of guest code the bundle permits. Where it says nothing, only full confinement is permitted. */
  readonly confinement: Confinement['level'] | undefined
  /** The user as the bundle's facts know them. Rejects with `UNKNOWN_USER`, `UNKNOWN_PURPOSE`. */
  user(id: string, purpose: string): UserFacts
  profile(id: string): ProfileFacts
  sink(id: string): SinkFacts
  collection(id: string): CollectionFacts
  /** What the bundle's facts say of a model; undeclared models get the bundle's default for their location. */
  model(id: string, location: ModelLocation, digest: string): ModelFacts
  decide(request: DecisionRequest): Promise<Decision>
  /** Whether a refusal by these policies ends the run. */
  halts(policies: readonly string[]): boolean
  close(): Promise<void>
}
