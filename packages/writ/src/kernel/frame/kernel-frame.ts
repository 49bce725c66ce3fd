import {
  type CellCode,
  type CellRun,
  type Conversation,
  type CorpusView,
  defined,
  type Frame,
  type FrameRole,
  type FrameStatus,
  type GuestContext,
  type ItemOutcome,
  type Message,
  mostTurns,
  type Perform,
  replOf,
  roleOfProfile,
  type Tuning,
  tuningOf,
  WritError,
} from '@writ/contract'
import type { StandingReservation } from '../basis/budget-pool.ts'
import { lastTurnBytes } from '../basis/turn-bounds.ts'
import type { FrameState } from '../state/frame-state.ts'
import { promptBytes } from '../state/prompt-bytes.ts'
import type { RunState } from '../state/run-state.ts'
import { requireVerdicts } from '../steps/check-claims.ts'
import { callSteps, performCall } from '../steps/model-fallback.ts'
import { observe } from '../steps/observe.ts'
import type { HeldTurns } from '../steps/open-child.ts'
import { checkValue, citationsOf, performRelease, type Released } from '../steps/release.ts'
import type { RunFrame } from '../steps/spawn.ts'
import { FrameSteps } from './frame-steps.ts'
import { Repl } from './repl.ts'

/** Share of a limit at which the turn header names it. */
const PRESSURE = 0.8

/** What a frame is opened with besides its lane. */
export interface FrameStart {
  readonly holds: HeldTurns
  readonly corpus: CorpusView
  readonly context: GuestContext
  readonly runFrame: RunFrame
  /** Runs a frame by the strategy of this one. */
  readonly runAlike: RunFrame
}

/** The frame as reasoning sees it: every method is a way through the gate. */
export class KernelFrame implements Frame {
  readonly #state: RunState
  readonly #lane: FrameState
  readonly #start: FrameStart
  /** Of the model it is opened with, whatever a fork makes of that later. */
  readonly tuning: Tuning
  readonly #steps: FrameSteps
  readonly #repl: Repl
  #next: StandingReservation | undefined
  #status: FrameStatus | undefined
  #released: Released | undefined

  constructor(state: RunState, lane: FrameState, start: FrameStart) {
    this.#state = state
    this.#lane = lane
    this.#start = start
    this.tuning = tuningOf(state.profiles, lane.model.id)
    this.#steps = new FrameSteps(state, lane, start.runFrame, this)
    this.#repl = new Repl(state, lane, this.#steps, {
      context: start.context,
      // What a person wrote to be run is JavaScript, whatever models write.
      language: lane.script === undefined ? replOf([this.tuning]) : 'javascript',
    })
    this.#next = start.holds.next
  }

  get lane(): string {
    return this.#lane.id
  }

  get role(): FrameRole {
    return roleOfProfile(this.#lane.profile.id)
  }

  get depth(): number {
    return this.#lane.depth
  }

  get maxDepth(): number {
    return this.#state.limits.maxDepth
  }

  get maxTurns(): number {
    return mostTurns(this.#state.limits, this.role)
  }

  get goal(): string {
    return this.#lane.goal
  }

  get schema(): string | null {
    return this.#lane.schema?.json ?? null
  }

  get conversation(): Conversation | undefined {
    return this.#lane.conversation
  }

  get model(): { id: string; contextWindow: number } {
    return this.#lane.model
  }

  get corpus(): CorpusView {
    return this.#start.corpus
  }

  get context(): GuestContext {
    return this.#start.context
  }

  get script(): Frame['script'] {
    return this.#lane.script
  }

  get packages(): Frame['packages'] {
    return this.#state.ports.sandbox.confinement.packages ?? []
  }

  get scripts(): Frame['scripts'] {
    return this.#state.scripts
  }

  get lastTurnBytes(): number {
    return lastTurnBytes(
      this.#lane.share.limits,
      this.#lane.model,
      promptBytes(this.#state, this.#lane.model),
      this.#lane.opening,
    )
  }

  /** What the frame released, once it has. */
  get released(): Released | undefined {
    return this.#released
  }

  /** What the frame is told of itself is kept beside the call that tells it. */
  async status(): Promise<FrameStatus> {
    const lane = this.#lane
    this.#status = await observe(this.#state.journal, {
      kind: 'model.call',
      id: { lane: lane.id, n: lane.steps },
      kept: () => ({ name: 'standing' }),
      perform: async () => {
        await lane.look()
        return { label: lane.label, pressure: this.#pressure() }
      },
      recall: (_, standing) => {
        const status = JSON.parse(standing) as FrameStatus
        lane.raise(status.label)
        return status
      },
    })
    return this.#status
  }

  async turn(messages: readonly Message[], last: boolean): Promise<string> {
    const hold = last ? this.#start.holds.last : this.#next
    if (!last) this.#next = undefined
    this.#lane.turns += 1
    const { model } = this.#lane
    const steps = callSteps(this.#lane, this.#lane.next(), (id) => this.#lane.modelsAt(id))
    const status = this.#status
    this.#status = undefined
    this.#repl.prepare()
    const outcomes = await performCall(
      this.#state,
      this.#lane,
      steps,
      {
        role: 'turn',
        signal: this.#lane.signal,
        conversations: [messages],
        input: { model: model.id, messages },
        payloads: status === undefined ? {} : { standing: JSON.stringify(status) },
        ...defined({ held: hold }),
      },
      () => undefined,
    )
    return unwrap(outcomes)
  }

  cell(cell: CellCode): Promise<CellRun> {
    return this.#repl.cell(cell)
  }

  readonly perform: Perform = (name, request) => this.#steps.perform(this.#lane.next(), name, request)

  async release(valueJson: string, last: boolean): Promise<void> {
    // A release is the last thing a frame does: what is in flight is cancelled, recorded, and delivered to nobody.
    await this.#repl.settle()
    if (this.#lane.parent === null) {
      const { runFrame: child, runAlike: alike } = this.#start
      this.#released = await performRelease(this.#state, this.#lane, valueJson, last, { child, alike })
      return
    }
    checkValue(this.#state, this.#lane, valueJson)
    if (this.role === 'verifier') requireVerdicts(this.#lane, valueJson)
    this.#released = { id: null, valueJson, citations: citationsOf(this.#lane), sealed: [], checks: [] }
  }

  async draft(): Promise<string | undefined> {
    return await this.#repl.draft()
  }

  /** Ends what is still under way, waits until it is recorded, and closes the VM. */
  async close(): Promise<void> {
    await this.#repl.close()
  }

  #pressure(): readonly string[] {
    const { limits, elapsedMs } = this.#state
    const late = limits.timeoutMs !== null && elapsedMs() >= limits.timeoutMs * PRESSURE
    return [...this.#lane.share.pool.pressure(PRESSURE), ...(late ? ['time'] : [])]
  }
}

function unwrap(outcomes: readonly ItemOutcome<string>[]): string {
  const [outcome] = outcomes
  if (outcome === undefined) throw new WritError('INTERNAL', 'A model call came back without an outcome.')
  if (!outcome.ok) throw outcome.error
  return outcome.value
}
