import type { Basis, Status, Support } from './answer.ts'
import type { Amount, Limits, Share } from './budget.ts'
import type { CheckName, RecordedCheck } from './checks.ts'
import type { RecordedConversation } from './conversation.ts'
import type { CoverageInAll } from './coverage.ts'
import type { BudgetLeft } from './frame.ts'
import type { Label } from './label.ts'
import type { Outcome } from './outcome.ts'
import type { Action, UserFacts, Verdict } from './policy.ts'
import type { PythonPackage } from './sandbox.ts'
import type { Tuning } from './tuning.ts'

/**
 * The ledger's unit: one canonical-JSON line and one leaf of the run tree. `det` is compared on replay; `obs` is covered
 * by the tree and never compared. Numbers are integers within ±2^53; anything else is a string.
 *
 * `n` numbers the steps of a lane from 0 without gaps; the command and the result of one step share it, so the order in
 * which results arrive does not change the numbering. `seq` numbers the records of the run from 0 without gaps.
 */
export interface RunRecord<K extends RecordKind = RecordKind> {
  readonly v: typeof RECORD_VERSION
  readonly run: string
  readonly seq: number
  readonly lane: string
  readonly n: number
  readonly kind: K
  readonly det: Det[K]
  readonly obs: Obs[K]
}

/** The version of the record format. From 2 on, changes only add kinds and optional fields. */
export const RECORD_VERSION = 2

/** The kinds in the order a run meets them. */
export const RECORD_KINDS = [
  'run.open',
  'strategy.chosen',
  'context.search',
  'context.read',
  'local',
  'memory.write',
  'model.call',
  'model.attempt',
  'model.usage',
  'model.item',
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

/** What a run looked at, as it is recorded: names of documents only as a commitment. */
export interface RecordedCoverage extends CoverageInAll {
  readonly perDocument?: Commitment
}

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
  /** What policies call its collection. */
  readonly collection: string
  readonly owner: string
  readonly label: Label
  readonly purposes: readonly string[]
  readonly documents: number
  readonly bytes: number
  readonly pack: Commitment
}

/** Notes of one label as `run.open` declares them. Those of a run have numbers in a row, from 0 over all partitions. */
export interface RecordedNotePartition extends RecordedPartition {
  readonly runs: readonly { readonly run: string; readonly notes: number }[]
}

/** What `run.open` says of the notes of earlier runs; absent where a run neither reads nor leaves any. */
export interface RecordedNotes {
  readonly partitions: readonly RecordedNotePartition[]
  /** Notes that were not given: bytes they cite are not what they were. */
  readonly stale: number
  /** Others: the corpus has no label that covers theirs, or newer ones took their place. */
  readonly leftOut: number
  /** Runs whose notes could not be read. */
  readonly unreadable: readonly string[]
}

/** What `run.close` says of notes; absent where there is nothing to say. */
export interface ClosingNotes {
  /** Notes of earlier runs that frames were shown, and the runs they come from. */
  readonly shown: number
  readonly runs: readonly string[]
  /** Notes that later runs of the corpus are given, and a commitment to them. */
  readonly kept: number
  readonly content?: Commitment
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
  /** Absent where input that was cached costs what other input does. */
  readonly cachedInputNanoUsd?: number
  /** The day the price was looked up, as whoever configured it says. */
  readonly priceAsOf?: string
}

/** The models that stand in for the first of each role, in the order in which they are asked. */
export interface RecordedFallbacks {
  readonly root: readonly RecordedModel[]
  readonly sub: readonly RecordedModel[]
}

/** Whose models are asked: the root's, those of sub-calls and child frames, those of a frame that checks claims. */
export type ModelRole = 'root' | 'sub' | 'verifier'

/**
 * A model that a call went past: policy denied it for the label of the call, or, without a decision, it had refused every
 * request before.
 */
export interface PassedModel {
  readonly model: string
  readonly decision: RecordedDecision | null
}

/** How frames of a model were told to work: its profile, with its hints in words beside the record. */
export interface RecordedProfile extends Omit<Tuning, 'hints'> {
  readonly model: string
  readonly hints: Commitment
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
  /** Those that stood in for them; absent when none did. */
  readonly fallbacks?: RecordedFallbacks
  /** Those of a frame that checked claims, where it had its own. */
  readonly verifier?: readonly RecordedModel[]
  /** To what is asked instead at `at`, and the seeds of the shared frames. */
  readonly changes: Commitment
}

/** What the host knew beforehand of how a question is answered. Only the built-in model has a plan. */
export interface RecordedPlan {
  readonly basis: 'exact' | 'passages'
  /** What is done: `count`, `mention`, `passages`, … */
  readonly kind: string
  /** Commitment to the whole plan, which holds words of the question. */
  readonly plan: Commitment
}

/** The script that a run follows. Whoever has its file can tell whether this is its hash. */
export interface RecordedScript {
  readonly name: string
  /** SHA-256 (hex) of the file. */
  readonly planHash: string
  readonly input: Commitment
}

/** The script that a child frame follows. */
export interface SpawnedScript extends Omit<RecordedScript, 'input'> {
  /** Most sub-calls that its text adds up to, which it is held to; null where that cannot be told. */
  readonly calls: number | null
}

/** Why a run did not complete. `data` holds codes, names of limits and integers, never content. */
export interface RecordedReason {
  readonly code: string
  readonly data: Readonly<Record<string, string | number>>
}

/**
 * How a child frame stands to its parent, decided at the spawn and by nothing later. `shared`: it draws on its parent's
 * share of the budget. `apart`: it may reach less than its parent, so it draws on a share of its own. `blind`: it may
 * reach more, so it draws on a share of its own and its parent gets a sealed value whatever happens.
 */
export const SPAWN_MODES = ['shared', 'apart', 'blind'] as const

export type SpawnMode = (typeof SPAWN_MODES)[number]

/** Requests in a row that were not sent, since an equal one had been answered under the same label. */
export interface ReusedItems {
  /** The first of them among all requests of the step, and how many they are. */
  readonly item: number
  readonly items: number
  /** The step that was answered. */
  readonly lane: string
  readonly n: number
  /** The first of the requests that it sent; null for a step of a single one. */
  readonly of: number | null
  /** What that step commits to of these requests, and of their answers. */
  readonly input: Commitment
  readonly output: Commitment
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
    readonly schema: 'writ.run/2'
    readonly question: Commitment
    /** What the question and everything said before it are labelled: the root begins with it. */
    readonly questionLabel: Label
    readonly user: UserFacts
    /** The user the bundle's `$os` means. */
    readonly osUser: string
    readonly purpose: string
    /** SHA-256 (hex) of the policy bundle's canonical manifest; pinned for the run. */
    readonly bundle: string
    readonly models: readonly RecordedModel[]
    /** Absent when no model stands in for another. */
    readonly fallbacks?: RecordedFallbacks
    /** Models of a frame that checks claims, in the order in which they are asked; absent where it has those of sub-calls. */
    readonly verifier?: readonly RecordedModel[]
    /** Profiles of models whose frames are not told to work as usual; absent when there is none. */
    readonly profiles?: readonly RecordedProfile[]
    readonly partitions: readonly RecordedPartition[]
    readonly limits: Limits
    /** What the guest's clock says. */
    readonly epochMs: number
    readonly confinement: { readonly level: string; readonly layers: readonly string[] }
    /** Digest of everything that shapes a frame: engine, prelude, rewriting, prompts, compaction. */
    readonly guestAbi: string
    /** What cells of Python can import beside the standard library; absent when there is nothing. */
    readonly packages?: readonly PythonPackage[]
    readonly omitted: Commitment
    /** To the JSON Schema that the answer must fit, where there is one. */
    readonly answerSchema?: Commitment
    /** What a release has to pass; absent when nothing was asked for. */
    readonly checks?: readonly CheckName[]
    /** How many answers are compared; only where the checks have `votes` among them. */
    readonly votes?: number
    /** Each sentence of a text counts as a leaf; absent where a text is one leaf. */
    readonly leaves?: 'sentences'
    /** To the validators that the answer must pass, where there are any. */
    readonly validators?: Commitment
    /** Only of a forked run. */
    readonly fork?: RecordedFork
    /** Only of a run that follows a script. */
    readonly script?: RecordedScript
    /** Scripts that frames may run by name; absent when there are none. */
    readonly scripts?: readonly Pick<RecordedScript, 'name' | 'planHash'>[]
    /** Only of a question that belongs to a conversation: the commitment to the messages before it, as canonical JSON. */
    readonly earlier?: Commitment
    readonly conversation?: RecordedConversation
    /** What earlier runs of the corpus left to it; absent where it neither reads nor leaves notes. */
    readonly notes?: RecordedNotes
  }
  readonly 'strategy.chosen': {
    readonly strategy: string
    readonly requested: string
    /** Why, as a code and the integers it rests on. */
    readonly reason: string
    readonly contextBytes: number
    readonly contextWindow: number
    /** The root's last turn, held back from the start. */
    readonly held: Amount
    readonly plan: RecordedPlan | null
  }
  readonly 'context.search': Local & {
    /** Numbers of the notes of earlier runs that the frame was shown, ascending; absent when there are none. */
    readonly notes?: readonly number[]
    /** Only of links of the root that answer the question exactly, by its model's plan. */
    readonly exact?: true
  }
  readonly 'context.read': Local & {
    /** Only of a query of the root that its model's plan says answers the question exactly. */
    readonly exact?: true
  }
  /** A value the host gave a cell without a decision or an outside effect: `budget()`, `cite()`, a refused argument. */
  readonly local: Step & {
    readonly op: string
    readonly output: Commitment
    readonly code: string | null
    /** The frame's label afterwards. */
    readonly label: Label
    /** The numbers that `budget()` gave, else null. */
    readonly budget: BudgetLeft | null
  }
  /** A frame keeps a note. Key, value and citations are its input. */
  readonly 'memory.write': Step & {
    /** Null where it was refused before policy was asked. */
    readonly decision: RecordedDecision | null
    readonly citations: number
    /** The frame's label afterwards; the note has the one it was decided for. */
    readonly label: Label
    readonly code: string | null
  }
  readonly 'model.call': Step & {
    /** `turn` for a frame's own turns, `leaf` for sub-calls. */
    readonly role: 'turn' | 'leaf'
    readonly model: string
    /** Models of the list that stand before this one and were not asked; absent when there is none. */
    readonly passed?: readonly PassedModel[]
    /** The step of the same frame whose failed requests are asked of another model; absent for a call of its own. */
    readonly instead?: number
    /** Requests sent. Of several, `input` is a Merkle root over the items' commitments. */
    readonly items: number
    /** Requests that were not sent, by what answers them; absent when all were. */
    readonly reused?: readonly ReusedItems[]
    /** Requests of the batch that equal another one of it, and so are counted nowhere else; absent when none do. */
    readonly merged?: number
    readonly maxOutputTokens: number
    readonly decision: RecordedDecision
    /** The worst case of the whole batch, one attempt each. What is in doubt after a crash is charged this. */
    readonly bound: Amount
    /** The frame's label afterwards: that of the decision, raised by what the reservation showed of the share. */
    readonly label: Label
    readonly code: string | null
  }
  readonly 'model.attempt': Readonly<Record<string, never>>
  readonly 'model.usage': Readonly<Record<string, never>>
  /** What came of one request of a batch, as it came back. */
  readonly 'model.item': {
    readonly item: number
    /** Its leaf under the root that is the `input` of the command. A batch has it of all its items, or is from before there was it. */
    readonly input?: Commitment
    readonly outcome: Outcome
    /** Its leaf under the root that is the `output` of the result. */
    readonly output: Commitment
    readonly charged: Amount
    readonly code: string | null
  }
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
    readonly mode: SpawnMode
    /** What the child may spend at most, taken whole from its parent's share; null where it draws on that. */
    readonly share: Share | null
    /** Decisions of `model::call` that the mode follows from: the child's model and those of its parent's ceiling. */
    readonly ceiling: readonly RecordedDecision[]
    readonly code: string | null
    /** Only of a child that follows a script. */
    readonly script?: SpawnedScript
  }
  readonly 'frame.join': {
    readonly child: string
    /** What the child came to. */
    readonly outcome: Outcome
    readonly code: string | null
    /** Commitment to the child's value, or to its error. */
    readonly value: Commitment
    /** The child's final label. */
    readonly label: Label
    readonly citations: number
    /** Whether the child used its last turn or ran into a limit. */
    readonly incomplete: boolean
    /** What its subtree was charged. */
    readonly charged: Amount
    /** What its parent got: the value, the error, or a sealed value that shows neither. */
    readonly delivered: 'value' | 'error' | 'sealed'
  }
  readonly 'output.release': {
    readonly outcome: Outcome
    /** Commitment to the canonical JSON of the value. */
    readonly value: Commitment
    /** Bytes of the canonical JSON of the value. */
    readonly bytes: number
    readonly citations: Commitment
    /** Child frames whose sealed values are part of the value. */
    readonly sealed: readonly string[]
    /** What the checks that were asked for came to, and a commitment to what did not pass, in words. */
    readonly checks?: readonly RecordedCheck[]
    readonly problems?: Commitment
    readonly label: Label
    readonly decision: RecordedDecision | null
    readonly code: string | null
  }
  readonly 'run.close': {
    readonly status: Status
    /** Null when the status is `complete`. */
    readonly reason: RecordedReason | null
    /** Null when nothing was released. */
    readonly basis: Basis | null
    /** How the leaves of the released value stand; null when nothing was released. */
    readonly support: Omit<Support, 'unsupportedPaths'> | null
    readonly label: Label
    readonly charged: Amount
    readonly frames: number
    readonly maxDepth: number
    readonly steps: number
    readonly denials: Commitment
    /** Absent where no note was shown or kept. */
    readonly notes?: ClosingNotes
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
  /** Part of the input that came from the provider's cache; absent where it said no number. */
  readonly meteredCachedTokens?: number
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
  readonly 'memory.write': Timed
  readonly 'model.call': Timed & {
    /** Requests in flight to the model when this one was sent, itself included. */
    readonly inFlight: number
  }
  /** A retry: written before it is sent, so that a crash cannot hide it. The first attempt is the command itself. */
  readonly 'model.attempt': Timed & {
    readonly command: number
    readonly item: number
    readonly attempt: number
  }
  /** Attempts of a large batch, as many to a record as fit. Since items have records of their own, none is written anew. */
  readonly 'model.usage': Timed & {
    readonly command: number
    /** How many were described before these; 0 begins the list, anew for a call that was sent again. */
    readonly first: number
    readonly detail: readonly Attempt[]
  }
  readonly 'model.item': Timed & {
    readonly command: number
    /** The attempts of this request. */
    readonly detail: readonly Attempt[]
  }
  readonly 'model.result': Lasting & {
    /** seq of the command. */
    readonly command: number
    /** Attempts in all; those of `model.usage` and `model.item` records are not repeated in `detail`. */
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
  readonly 'run.close': Lasting & {
    /** The reason in words, for people. */
    readonly reason: string | null
    readonly coverage: RecordedCoverage
  }
  readonly 'run.abort': Timed & { readonly message: string }
}
