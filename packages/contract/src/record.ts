import type { Status } from './answer.ts'
import type { Amount, Limits } from './budget.ts'
import type { Label } from './label.ts'
import type { Outcome } from './outcome.ts'
import type { Action, UserFacts, Verdict } from './policy.ts'

/**
 * The ledger's unit: one canonical-JSON line and one leaf of the run tree. `det` is compared on replay; `obs` is covered
 * by the tree and never compared. Numbers are integers within ±2^53; anything else is a string.
 *
 * `n` numbers the steps of a lane from 0 without gaps; the command and the result of one step share it, so the order in
 * which results arrive does not change the numbering. `seq` numbers the records of the run from 0 without gaps.
 */
export interface RunRecord<K extends RecordKind = RecordKind> {
  readonly v: 1
  readonly run: string
  readonly seq: number
  readonly lane: string
  readonly n: number
  readonly kind: K
  readonly det: Det[K]
  readonly obs: Obs[K]
}

/** The kinds in the order a run meets them. */
export const RECORD_KINDS = [
  'run.open',
  'strategy.chosen',
  'context.search',
  'context.read',
  'local',
  'model.call',
  'model.attempt',
  'model.result',
  'cell',
  'frame.spawn',
  'frame.join',
  'output.release',
  'run.close',
  'run.abort',
] as const

export type RecordKind = (typeof RECORD_KINDS)[number]

/** Kinds whose effect is outside: a command that a later record of the same lane and n must answer. */
export const RESULT_OF: Readonly<Partial<Record<RecordKind, RecordKind>>> = Object.freeze({
  'model.call': 'model.result',
  'frame.spawn': 'frame.join',
})

/** HMAC-SHA256 (hex) of content under a salt of the run's key: binds without revealing. */
export type Commitment = string

/** A decision as recorded: enough to ask the same question again. Facts of user, models and partitions are in `run.open`. */
export interface RecordedDecision {
  readonly action: Action
  /** `type:id` of the resource. */
  readonly resource: string
  readonly taint: Label
  readonly depth: number
  readonly discharged: readonly string[]
  readonly verdict: Verdict
  readonly policies: readonly string[]
  readonly reason: string
}

/**
 * A partition as `run.open` declares it: opaque id, size, what policy sees of it; never its documents' names or its bare
 * hash.
 */
export interface RecordedPartition {
  readonly id: string
  /** What policies call its collection. Absent in runs recorded before 2026-11-25. */
  readonly collection?: string
  /** Absent in runs recorded before 2026-11-25. */
  readonly owner?: string
  readonly label: Label
  readonly purposes: readonly string[]
  readonly documents: number
  readonly bytes: number
  readonly pack: Commitment
}

export interface RecordedModel {
  readonly id: string
  readonly digest: string
  readonly maxLevel: number
  readonly categories: readonly string[]
  readonly jurisdiction: string
  readonly onPrem: boolean
  readonly retention: boolean
  readonly approved: boolean
  readonly contextWindow: number
  /** Null when unknown. */
  readonly inputNanoUsd: number | null
  readonly outputNanoUsd: number | null
}

/** Where a run was forked from, and what of it is another run's: its first `records` records were taken over from there. */
export interface RecordedFork {
  readonly run: string
  /** The first step done anew: everything the other run recorded before it is shared. */
  readonly at: { readonly lane: string; readonly n: number }
  /** Records shared, the opening one included. */
  readonly records: number
  /** The models of the shared records; those of `run.open` serve from there on. */
  readonly models: readonly RecordedModel[]
  /** To what is asked instead at `at`, and the seeds of the shared frames. */
  readonly changes: Commitment
}

interface Step {
  readonly outcome: Outcome
  readonly input: Commitment
}

interface Local extends Step {
  readonly op: string
  /** New decisions this step needed; slices of a granted partition need none. */
  readonly decisions: readonly RecordedDecision[]
  /** Ids of the partitions it touched. */
  readonly partitions: readonly string[]
  /** True when something was withheld from the frame. */
  readonly withheld: boolean
  /** The frame's label afterwards. */
  readonly label: Label
  readonly output: Commitment
  /** Error code when the outcome is not `ok`, else null. */
  readonly code: string | null
}

/** What `det` holds, by kind. */
export interface Det {
  readonly 'run.open': {
    readonly schema: 'writ.run/1'
    readonly question: Commitment
    readonly questionLabel: Label
    readonly user: UserFacts
    /** The user the bundle's `$os` means. Absent in runs recorded before 2026-11-25. */
    readonly osUser?: string
    readonly purpose: string
    /** SHA-256 (hex) of the policy bundle's canonical manifest; pinned for the run. */
    readonly bundle: string
    readonly models: readonly RecordedModel[]
    readonly partitions: readonly RecordedPartition[]
    readonly limits: Limits
    /** What the guest's clock says. */
    readonly epochMs: number
    readonly confinement: { readonly level: string; readonly layers: readonly string[] }
    /** Digest of everything that shapes a frame: engine, prelude, rewriting, prompts, compaction. */
    readonly guestAbi: string
    readonly omitted: Commitment
    /** Only of a forked run. */
    readonly fork?: RecordedFork
  }
  readonly 'strategy.chosen': {
    readonly strategy: string
    readonly requested: string
    /** Why, as a code and the integers it rests on. */
    readonly reason: string
    readonly contextBytes: number
    readonly contextWindow: number
  }
  readonly 'context.search': Local
  readonly 'context.read': Local
  /** A value the host gave a cell without a decision or an outside effect: `budget()`, `cite()`, a refused argument. */
  readonly local: Step & { readonly op: string; readonly output: Commitment; readonly code: string | null }
  readonly 'model.call': Step & {
    /** `turn` for a frame's own turns, `leaf` for sub-calls. */
    readonly role: 'turn' | 'leaf'
    readonly model: string
    /** Requests in the batch. `input` is then a Merkle root over the items' commitments. */
    readonly items: number
    readonly maxOutputTokens: number
    readonly decision: RecordedDecision
    /** The worst case of the whole batch, one attempt each. What is in doubt after a crash is charged this. */
    readonly bound: Amount
    readonly code: string | null
  }
  readonly 'model.attempt': Readonly<Record<string, never>>
  readonly 'model.result': {
    readonly outcome: Outcome
    /** Commitment to the output; for a batch a Merkle root over the items' commitments. */
    readonly output: Commitment
    /** Items by outcome, only outcomes that occurred. */
    readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
    readonly charged: Amount
    readonly label: Label
    readonly code: string | null
  }
  readonly cell: {
    readonly code: Commitment
    readonly outcome: Outcome
    /** Commitment to what the model is shown of it. */
    readonly output: Commitment
    readonly fuel: number
    readonly final: boolean
  }
  readonly 'frame.spawn': Step & {
    readonly child: string
    readonly profile: string
    readonly model: string
    /** Partitions the child may read. */
    readonly scope: readonly string[]
    readonly decision: RecordedDecision
    readonly label: Label
    /** The child's next and last turn, held back for it. */
    readonly bound: Amount
    readonly code: string | null
  }
  readonly 'frame.join': {
    readonly child: string
    readonly outcome: Outcome
    readonly value: Commitment
    /** The child's final label. */
    readonly label: Label
    readonly citations: number
    readonly code: string | null
  }
  readonly 'output.release': {
    readonly outcome: Outcome
    /** Commitment to the canonical JSON of the value. */
    readonly value: Commitment
    readonly citations: Commitment
    readonly label: Label
    readonly decision: RecordedDecision | null
    readonly code: string | null
  }
  readonly 'run.close': {
    readonly status: Status
    readonly reason: string | null
    readonly label: Label
    readonly charged: Amount
    readonly frames: number
    readonly maxDepth: number
    readonly steps: number
    readonly denials: Commitment
  }
  readonly 'run.abort': { readonly code: string }
}

interface Timed {
  /** Milliseconds since the epoch; a claim, not evidence. */
  readonly at: number
}

interface Lasting extends Timed {
  /** Milliseconds, whole. */
  readonly tookMs: number
}

/** Provider-side facts of one attempt. */
export interface Attempt {
  readonly item: number
  readonly attempt: number
  /** HTTP status, or 0 when none came. */
  readonly status: number
  readonly tookMs: number
  readonly charged: Amount
  /** What the provider said it used, as it said it; null where it said no number. */
  readonly meteredInputTokens: number | null
  readonly meteredOutputTokens: number | null
  /** UTF-8 bytes of the texts sent and received. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** Whether the charge follows what was metered, or is the bound because that is missing or implausible. */
  readonly chargedAs: ChargedAs
  readonly requestId: string | null
}

export const CHARGED_AS = ['metered', 'bound', 'nothing'] as const

export type ChargedAs = (typeof CHARGED_AS)[number]

/** What `obs` holds, by kind. */
export interface Obs {
  readonly 'run.open': Timed & { readonly version: string }
  readonly 'strategy.chosen': Timed
  readonly 'context.search': Lasting
  readonly 'context.read': Lasting
  readonly local: Timed
  readonly 'model.call': Timed
  /** A retry: written before it is sent, so that a crash cannot hide it. The first attempt is the command itself. */
  readonly 'model.attempt': Timed & {
    readonly command: number
    readonly item: number
    readonly attempt: number
  }
  readonly 'model.result': Lasting & {
    /** seq of the command. */
    readonly command: number
    /** Attempts in all, and the first of them in detail as far as the record's size allows. */
    readonly attempts: number
    readonly detail: readonly Attempt[]
  }
  readonly cell: Lasting
  readonly 'frame.spawn': Timed
  readonly 'frame.join': Lasting & {
    readonly command: number
    /** RFC 6962 root (hex) over the child's own records, and their number. */
    readonly childRoot: string
    readonly childRecords: number
  }
  readonly 'output.release': Lasting
  readonly 'run.close': Lasting
  readonly 'run.abort': Timed & { readonly message: string }
}
