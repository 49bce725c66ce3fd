import {
  type Amount,
  addAmounts,
  type Citation,
  type Conversation,
  type FrameValue,
  flowsTo,
  joinLabels,
  type Label,
  MAX_READS_AT_ONCE,
  type Message,
  type ModelProfile,
  NOTHING,
  type Partition,
  type ProfileFacts,
  type Script,
  type TableListing,
  WritError,
  withMessages,
} from '@writ/contract'
import type { CheckedSchema } from '../../schema/index.ts'
import type { BudgetShare } from '../basis/budget-share.ts'
import type { KnownAnswers } from '../basis/known-answers.ts'
import { listKey, type ModelList } from '../basis/model-list.ts'
import { Semaphore } from '../basis/semaphore.ts'
import { SpanSet } from '../basis/span-set.ts'
import type { StepId } from '../basis/step-id.ts'
import { Poll } from '../basis/votes/poll.ts'
import { FrameNotes } from './frame-notes.ts'
import type { DecisionContext } from './gate.ts'

/** The part of the corpus a frame may ask for. */
export interface Scope {
  readonly partitions: readonly Partition[]
  /** Notes of earlier runs, by label. INVARIANT: each label is that of a partition of the corpus. */
  readonly notes: readonly Partition[]
  /** Only these documents; null for all of the partitions. */
  readonly docs: ReadonlySet<string> | null
}

/** What a blind child came to. Its parent holds it and never sees which. */
export interface SealedValue {
  /** Absent when the child released nothing. */
  readonly value: FrameValue | undefined
  /** The code of its error; null when it released a value. */
  readonly code: string | null
  readonly label: Label
  /** What it was handed, for its citations. */
  readonly slices: SpanSet
}

/** What a lane is opened with. */
export interface FrameStateStart {
  readonly id: string
  readonly parent: FrameState | null
  readonly depth: number
  readonly goal: string
  /** What it releases must fit it; null for any value. */
  readonly schema: CheckedSchema | null
  /** What was said before the question; of the root, and of frames that answer the same question. */
  readonly conversation?: Conversation | undefined
  /** What it follows instead of asking a model, and the most sub-calls that this adds up to, where that is known. */
  readonly script?: Script | undefined
  readonly plannedCalls?: number | null
  /** Whether it checks what another frame is about to release. */
  readonly checking?: boolean
  readonly profile: ProfileFacts
  /** The models of each of its steps, in the order in which they are asked. */
  readonly models: (id: StepId) => ModelList
  readonly scope: Scope
  readonly label: Label
  /** What it draws on. */
  readonly share: BudgetShare
  /** What its sub-calls share with those of other frames. INVARIANT: frames with other shares have other ones. */
  readonly answers: KnownAnswers
  /** Whether its parent's ceiling binds it too; a blind child is bound by its own model alone. */
  readonly bound: boolean
  readonly signal: AbortSignal
}

/**
 * What the kernel knows of one frame: its place in the tree, its label, what it was granted and handed, what it used.
 * INVARIANT: the label only rises, and rises before the bytes that raise it are handed over.
 */
export class FrameState implements DecisionContext {
  readonly id: string
  readonly parent: FrameState | null
  readonly depth: number
  readonly goal: string
  readonly schema: CheckedSchema | null
  readonly conversation: Conversation | undefined
  readonly script: Script | undefined
  readonly plannedCalls: number | null
  /** Whether it, or a frame above it, checks what another is about to release: then it hears of no notes but its own. */
  readonly checking: boolean
  readonly notes: FrameNotes
  readonly profile: ProfileFacts
  readonly scope: Scope
  readonly share: BudgetShare
  readonly answers: KnownAnswers
  readonly #bound: boolean
  readonly #models: FrameStateStart['models']
  readonly #above: AbortSignal
  #cancel = new AbortController()
  #signal: AbortSignal
  /** Ids of partitions granted, by action. */
  readonly granted: { readonly 'context::search': Set<string>; readonly 'context::read': Set<string> } = {
    'context::search': new Set(),
    'context::read': new Set(),
  }
  /** Byte ranges handed to this frame or to a joined child. */
  readonly slices: SpanSet = new SpanSet()
  /** Whether this frame or a joined child searched the corpus or was handed text of it. */
  looked = false
  /** Every table that it was told of, when it last asked for all; null before. */
  tables: readonly TableListing[] | null = null
  /** Values of blind children that this frame holds, by lane. */
  readonly sealed: Map<string, SealedValue> = new Map()
  /** Citations made here, and those that joined children released. */
  readonly citations: Citation[] = []
  readonly inherited: Citation[] = []
  /** Reads and searches under way. */
  readonly reads: Semaphore = new Semaphore(MAX_READS_AT_ONCE)
  turns = 0
  /** Releases that went back to it because they did not pass their checks. */
  returned = 0
  /** Answers that its releases are compared with. */
  readonly poll: Poll = new Poll()
  /** Messages of its last turn, as they went out. */
  asked: readonly Message[] = []
  children = 0
  /** Bytes handed over since the running cell began, and in all. */
  cellReadBytes = 0
  readBytes = 0
  /** Steps taken when the running cell began. */
  cellStart = 0
  #label: Label
  #steps = 0
  #charged: Amount = NOTHING
  #childrenCharged: Amount = NOTHING
  #admissions: Promise<unknown> = Promise.resolve()
  #openings: Promise<unknown> = Promise.resolve()

  constructor(start: FrameStateStart) {
    this.id = start.id
    this.parent = start.parent
    this.depth = start.depth
    this.goal = start.goal
    this.schema = start.schema
    this.conversation = start.conversation
    this.script = start.script
    this.plannedCalls = start.plannedCalls ?? null
    this.checking = start.checking === true || start.parent?.checking === true
    this.notes = new FrameNotes(start.checking === true ? null : (start.parent?.notes ?? null))
    this.profile = start.profile
    this.#models = start.models
    this.scope = start.scope
    this.share = start.share
    this.answers = start.answers
    this.#bound = start.bound
    this.#above = start.signal
    this.#signal = AbortSignal.any([start.signal, this.#cancel.signal])
    this.#label = start.label
  }

  /** The asker of decisions. */
  get lane(): string {
    return this.id
  }

  /** The plan that it is part of: that of its script, else its parent's. */
  get planHash(): string | undefined {
    return this.script?.planHash ?? this.parent?.planHash
  }

  get label(): Label {
    return this.#label
  }

  get charged(): Amount {
    return this.#charged
  }

  /** What this frame and those it opened were charged. */
  get subtreeCharged(): Amount {
    return addAmounts(this.#charged, this.#childrenCharged)
  }

  /** Of each of these lists a model must stay permitted at its label: of its own, and of those its parent must keep. */
  get ceiling(): readonly ModelList[] {
    const above = this.#bound ? (this.parent?.ceiling ?? []) : []
    const own = this.modelsAt({ lane: this.id, n: this.#steps })
    return [...new Map([own, ...above].map((list) => [listKey(list), list])).values()]
  }

  /** What every turn begins with: its goal, what was said before, and the schema of its value. */
  get opening(): string {
    return withMessages(this.goal, this.conversation) + (this.schema?.json ?? '')
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#steps
  }

  /** The first model of the next step. */
  get model(): ModelProfile {
    return this.modelsAt({ lane: this.id, n: this.#steps })[0]
  }

  /** The models of a step, in the order in which they are asked. */
  modelsAt(id: StepId): ModelList {
    return this.#models(id)
  }

  /** The id of the next step. Called when the step is asked for, so that numbering follows the guest's order. */
  next(): StepId {
    const n = this.#steps
    this.#steps += 1
    return { lane: this.id, n }
  }

  /** Aborted when what the frame has under way is cancelled, or when anything above it ends. */
  get signal(): AbortSignal {
    return this.#signal
  }

  /** Cancels whatever the frame still has under way. What it asks for afterwards is not touched. */
  cancel(): void {
    this.#cancel.abort(new WritError('CANCELLED', `The frame ${this.id} no longer waits for this step.`))
    this.#cancel = new AbortController()
    this.#signal = AbortSignal.any([this.#above, this.#cancel.signal])
  }

  raise(label: Label): void {
    this.#label = joinLabels(this.#label, label)
  }

  /** Takes on the labels of all who drew on its share: what follows may show what is left of it. */
  async look(): Promise<void> {
    if (flowsTo(this.share.drawn, this.#label)) return
    await this.admit(() => {
      this.raise(this.share.drawn)
      return Promise.resolve()
    })
  }

  charge(amount: Amount): void {
    this.#charged = addAmounts(this.#charged, amount)
  }

  /** A child ended that was charged so much with all it opened. */
  chargeChild(amount: Amount): void {
    this.#childrenCharged = addAmounts(this.#childrenCharged, amount)
  }

  /** Runs admissions one after another: each is judged against the label the one before left. */
  admit<T>(admission: () => Promise<T>): Promise<T> {
    const result = this.#admissions.then(admission)
    this.#admissions = result.catch(() => undefined)
    return result
  }

  /** Opens children one after another, in the order they were asked for: where room is short, the first ones get it. */
  openInOrder<T>(open: () => Promise<T>): Promise<T> {
    const result = this.#openings.then(open)
    this.#openings = result.catch(() => undefined)
    return result
  }
}
