import type { Limits } from './budget.ts'

/** What a run would do and cost, before anything of it is done. */
export interface PlanCard {
  readonly schema: 'writ.plan/1'
  readonly strategy: string
  /** Why that one, as a code. */
  readonly reason: string
  readonly script: { readonly name: string; readonly planHash: string } | null
  readonly models: {
    readonly root: string
    readonly sub: string
    /** Those that stand in for each, in order; absent when none does. */
    readonly fallbacks?: { readonly root: readonly string[]; readonly sub: readonly string[] }
    /** Those of a frame that checks claims, in order; absent where it has those of sub-calls, and where none is asked for. */
    readonly verifier?: readonly string[]
  }
  readonly documents: number
  readonly bytes: number
  /** The corpus by label, and whether policy would let the root frame read it. */
  readonly reach: readonly ReachLine[]
  readonly bound: PlanBound
  readonly limits: Limits
  /** Answers that are compared, and the most frames that are opened for it; absent where no votes are asked for. */
  readonly votes?: { readonly asked: number; readonly frames: number }
  /** What earlier runs of the same plan over the same corpus came to; null where there are none. */
  readonly expected: Expected | null
}

export interface ReachLine {
  readonly label: string
  readonly documents: number
  readonly bytes: number
  readonly allowed: boolean
  /** Why policy refuses; null when it allows. */
  readonly reason: string | null
}

/** The most that a run can come to. */
export interface PlanBound {
  /** Model calls; null where only the requests are limited. */
  readonly calls: number | null
  /** Model requests, each call retried as often as it may be. */
  readonly requests: number
  /** Input and output together, with the largest prompt that may be sent for every request. */
  readonly tokens: number
  /** Null when the price of a model is not known. */
  readonly costMicroUsd: number | null
  /** The same when no request has to be repeated; null where the calls are not known. */
  readonly once: Pick<PlanBound, 'requests' | 'tokens' | 'costMicroUsd'> | null
  /** Whether the run is held to all of this; otherwise to its limits only. */
  readonly held: boolean
  /** Why the calls of a script cannot be added up beforehand; null when they are, or there is none. */
  readonly unknown: string | null
}

/** What earlier runs came to, on average. */
export interface Expected {
  readonly runs: number
  readonly requests: number
  readonly tokens: number
  readonly costMicroUsd: number
}
