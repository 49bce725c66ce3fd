import type { LinkGroup, LinkList, SymbolList } from './code.ts'
import type { SymbolKind } from './code-facts.ts'
import type { GrepResult, OutlineEntry, Passage, ReadResult } from './context-store.ts'
import type { Conversation } from './conversation.ts'
import type { AskedFilter, Dated } from './document-filter.ts'
import type { WritError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { Label } from './label.ts'
import type { Message } from './message.ts'
import type { Note, ShownNote } from './note.ts'
import type { DocumentInfo } from './partition.ts'
import type { CellCode, CellRun, GuestContext, PythonPackage } from './sandbox.ts'
import type { Script, ScriptListing } from './script.ts'
import type { Citation, Span } from './span.ts'
import type {
  DocumentReference,
  FoundAmount,
  FoundDate,
  FoundList,
  ReferenceKind,
  SimilarList,
} from './structure.ts'
import type { SqlResult, TableInfo } from './table.ts'
import type { Tuning } from './tuning.ts'

/** The steps a frame can ask the gate for, each with what it gives back. */
export interface Steps {
  'context.docs': {
    request: { match?: string; limit?: number; where?: AskedFilter }
    result: Dated<DocumentListing>
  }
  'context.search': {
    request: { query: string; k?: number; docs?: readonly string[]; where?: AskedFilter }
    result: Dated<Passage>
  }
  'context.grep': {
    request: {
      pattern: string
      ignoreCase?: boolean
      before?: number
      after?: number
      limit?: number
      docs?: readonly string[]
      where?: AskedFilter
    }
    result: GrepResult
  }
  'context.outline': { request: { doc: string }; result: readonly OutlineEntry[] }
  'context.dates': { request: FoundInDocument; result: FoundList<FoundDate> }
  'context.amounts': { request: FoundInDocument; result: FoundList<FoundAmount> }
  'context.similar': {
    request: { doc?: string; text?: string; k?: number; least?: number }
    result: SimilarList
  }
  'context.references': {
    request: { doc: string; kind?: ReferenceKind }
    result: readonly DocumentReference[]
  }
  'context.tables': { request: { match?: string }; result: readonly TableListing[] }
  'context.symbols': {
    request: { match?: string; kind?: SymbolKind; doc?: string; limit?: number }
    result: SymbolList
  }
  'context.links': {
    request: { of: string; direction?: 'in' | 'out'; kind?: LinkGroup; limit?: number }
    result: LinkList
  }
  'context.sql': { request: { query: string; limit?: number }; result: SqlResult }
  'context.read': { request: { doc: string; start?: number; end?: number }; result: ReadResult }
  'model.call': {
    /** A `fresh` one shares no answer with an equal one. */
    request: { prompts: readonly SubCall[]; model?: string; fresh?: boolean }
    /** Values as JSON text: a string, or what the schema of the sub-call asks for. */
    result: readonly ItemOutcome<string>[]
  }
  'frame.spawn': {
    request: { children: readonly SpawnRequest[] }
    result: readonly ItemOutcome<FrameValue>[]
  }
  /** The scripts that may be run by name. */
  scripts: { request: Record<string, never>; result: readonly ScriptListing[] }
  /** A child frame that follows a script, over the corpus and for the goal of its parent. */
  'script.run': { request: ScriptCall; result: FrameValue }
  /** A citation, when its bytes lie in what this lineage was granted and the quote or the cell of the column stands in them. */
  cite: {
    request: { doc: string; start: number; end: number; quote?: string; column?: string }
    result: Citation
  }
  /** Keeps a fact. */
  note: { request: Note; result: null }
  /** The facts kept so far whose key or value has each of these words. */
  notes: { request: { words?: string }; result: readonly ShownNote[] }
  budget: { request: Record<string, never>; result: BudgetLeft }
  /** A combinator of the prelude begins, with the most model calls it will make. Gives what it ends under. */
  'combinator.open': { request: CombinatorStatement; result: number }
  /** What a combinator has under way is not needed any more: these calls of the guest end. */
  'combinator.stop': { request: { combinator: number; calls: readonly number[] }; result: null }
  'combinator.close': { request: { combinator: number }; result: null }
}

/** What is found in a document from an offset on. */
export interface FoundInDocument {
  readonly doc: string
  readonly start?: number
  readonly limit?: number
}

export type StepName = keyof Steps

/** What a combinator says before it begins. */
export interface CombinatorStatement {
  readonly name: string
  readonly most: number
  /** Whether another one is under way for the guest: then this one may be part of it. */
  readonly within: boolean
}

export interface DocumentListing extends DocumentInfo {
  readonly label: Label
}

/** A table as a frame is told of it, under the shortest name that means no other one of the list. */
export interface TableListing extends Pick<TableInfo, 'name' | 'doc' | 'rows' | 'notes' | 'problem'> {
  readonly columns: readonly Pick<TableInfo['columns'][number], 'name' | 'type'>[]
}

/** One sub-call: a prompt, and spans whose text the host appends without the frame reading it. */
export interface SubCall {
  readonly prompt: string
  readonly spans?: readonly Pick<Span, 'doc' | 'start' | 'end'>[]
  /** JSON Schema that the answer must fit. It is then a value, not text. */
  readonly schema?: JsonObject
}

/** What became of one item of a batch. A failure is an error, never text. */
export type ItemOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WritError }

/** A script by its name, and what it is given. */
export interface ScriptCall {
  readonly name: string
  readonly input: Json
}

export interface SpawnRequest {
  readonly goal: string
  /** A text of the child's own, labelled with the parent's label; or a sealed value that the parent holds. */
  readonly context?: string | { readonly sealed: string }
  /** `inherit` for the parent's corpus, or documents (spans count as their documents). Nothing: no corpus. */
  readonly scope?: 'inherit' | readonly string[]
  readonly model?: string
  /** JSON Schema that the value it releases must fit. */
  readonly schema?: JsonObject
  /** What it follows instead of asking a model. */
  readonly script?: ScriptCall
}

/** What a frame released: the value once serialised, never retyped by a model. */
export interface FrameValue {
  readonly valueJson: string
  readonly citations: readonly Citation[]
}

export interface BudgetLeft {
  readonly calls: number
  readonly tokens: number | null
  readonly costMicroUsd: number | null
  readonly depth: number
  readonly turns: number
  /** Steps left to the frame. */
  readonly steps: number
}

/** What a frame may tell its model about the corpus before it has read anything. */
export interface CorpusView {
  readonly documents: number
  readonly bytes: number
  /** Titles are content: only of partitions that do not raise the frame's label. */
  readonly sample: readonly string[]
}

/**
 * A frame as the reasoning room sees it: the only handle it has on the world. Everything here goes through the gate,
 * and label, depth, budget and lane are the kernel's, not arguments.
 */
export interface Frame {
  readonly lane: string
  /** What it is for. */
  readonly role: FrameRole
  readonly depth: number
  readonly maxDepth: number
  readonly maxTurns: number
  readonly goal: string
  /** JSON Schema that what it releases must fit, as text; null for a frame that may release any value. */
  readonly schema: string | null
  /** What was said before the question; undefined for a question by itself, and for a child frame. */
  readonly conversation: Conversation | undefined
  readonly model: { readonly id: string; readonly contextWindow: number }
  /** How it is told to work. */
  readonly tuning: Tuning
  readonly corpus: CorpusView
  readonly context: GuestContext
  /** What the frame runs instead of asking a model, when it follows a script. */
  readonly script: Pick<Script, 'cell' | 'inputJson'> | undefined
  /** Packages that its cells can import beside the standard library. */
  readonly packages: readonly PythonPackage[]
  /** Scripts that it may run by name. */
  readonly scripts: readonly Pick<ScriptListing, 'name' | 'description'>[]
  /** Where the frame stands before its next turn. Given for that turn, and recorded with it. */
  status(): Promise<FrameStatus>
  /**
   * One model turn. `last` draws on the turn held back from the start; an ordinary turn that does not fit the limits
   * rejects with `BUDGET_EXCEEDED` and leaves the last one.
   */
  turn(messages: readonly Message[], last: boolean): Promise<string>
  /**
   * Runs a cell. Each call of the guest makes one step; replies are delivered in the order in which those steps were
   * recorded. Rejects when the frame was ended from outside while the cell ran.
   */
  cell(cell: CellCode): Promise<CellRun>
  /** Performs a step through the gate, or rejects with a typed error. For strategies without a REPL. */
  readonly perform: Perform
  /**
   * Releases a value (JSON text) as the frame's result: validated, decided, recorded. Rejects with `INVALID_ANSWER`
   * when it does not validate, `CHECKS_FAILED` when it does not pass its checks (the frame may try again), and
   * `POLICY_DENIED` when it may not leave. The `last` release of a frame leaves whatever its checks say.
   */
  release(valueJson: string, last: boolean): Promise<void>
  /** The draft left in `answer.content`, as JSON, if any. */
  draft(): Promise<string | undefined>
  /** Most bytes a last turn's messages may have: that much was held back from the start. */
  readonly lastTurnBytes: number
}

/** The root orchestrates, its children work, and a verifier looks at what is about to be released. */
export type FrameRole = 'orchestrator' | 'worker' | 'verifier'

/** What a frame may tell its model about itself before a turn. */
export interface FrameStatus {
  readonly label: Label
  /** Coarse state of the budget: names of limits at 80 % or more, sorted. */
  readonly pressure: readonly string[]
}

/** Performs one step through the gate, or rejects with a typed error. */
export type Perform = <K extends StepName>(
  name: K,
  request: Steps[K]['request'],
) => Promise<Steps[K]['result']>

/** How a frame ended, as the reasoning room reports it. */
export interface FrameEnd {
  /** True when the frame used its last turn, or a limit kept it from one. */
  readonly incomplete: boolean
  /** Why it ended without a release; absent when it released. */
  readonly error?: WritError
}

/** The reasoning room as the kernel sees it. */
export interface Reasoner {
  /** Digest of prompts, parsing, compaction: part of the guest ABI. */
  readonly digest: string
  /** The fixed system text of a sub-call. */
  readonly leafPrompt: string
  /** What the system text of a sub-call says besides, when its answer must fit a schema. */
  schemaPrompt(schema: string): string
  /** What a sub-call is told after an answer that did not fit, for its second and last attempt. */
  askAgain(reply: string, why: string): readonly Message[]
  /** Bytes of the fixed part of a frame's prompt: what a last turn holds back besides the goal. */
  readonly promptBytes: number
  /** Names of strategies, `auto` excluded. */
  readonly strategies: readonly string[]
  choose(asked: StrategyQuestion): StrategyChoice
  /** Runs a frame to its end. Never rejects for what a model or guest does. */
  run(frame: Frame, choice: Pick<StrategyChoice, 'strategy' | 'turns'>): Promise<FrameEnd>
}

/** What a strategy is chosen by. Nothing of it is read in the context. */
export interface StrategyQuestion {
  /** The strategy that was asked for, or `auto`. */
  readonly requested: string
  readonly question: string
  /** Size of the context. */
  readonly bytes: number
  readonly documents: number
  readonly contextWindow: number
  /** The root's model answers by a plan, and so in a REPL. */
  readonly planned: boolean
  /** A script answers the question, whichever way it was found. */
  readonly scripted: boolean
}

/** Why a model that answers by a plan recurses: what it counts, it counts in the corpus and not in a prompt. */
export const PLANNED = 'model-answers-by-a-plan'

export interface StrategyChoice {
  readonly strategy: string
  /** Whether its frames run cells, and so are told of their corpus. */
  readonly repl: boolean
  /** Whether its frames take turns in a REPL, and so keep a last turn in reserve. */
  readonly turns: boolean
  readonly reason: string
}
