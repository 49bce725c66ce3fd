import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type CellCode,
  type CellResult,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  type GuestContext,
  HOST_NAMES,
  type HostCall,
  type HostReply,
  MAX_SHOWN_CHARS,
  type Outcome,
  type Perform,
  toWritError,
  type Vm,
  WritError,
} from '@writ/contract'
import { Delivery } from './delivery.ts'
import type { FrameSteps } from './frame-steps.ts'
import { guestSeed } from './guest-seed.ts'
import type { Lane } from './lane.ts'
import { pastAt, type RecordOf } from './past.ts'
import { errorFrom, errorJson, type RunState, showable } from './run-state.ts'

export type OnCall = (call: HostCall, perform: Perform) => Promise<HostReply>

/** Endings that the host imposed: the same code would not come to them again, so a replay does not run it. */
const IMPOSED: ReadonlySet<Outcome> = new Set(['imposed', 'cancelled', 'timeout'])

/** A replay bears a machine so many times slower before it stops a builtin that never polls. */
const REPLAY_PATIENCE = 20

/** How long a frame's first model call has had when its VM is opened beside it: the request has left by then. */
const AHEAD_MS = 50

/** What is stored of a cell's end beside what it showed. */
interface CellEnd {
  /** Why the frame ended from outside while the cell ran, as `errorJson`; null when it did not. */
  readonly halted: string | null
  /** The calls of a cell whose ending was imposed, for asking their steps again without running it. */
  readonly calls: readonly HostCall[] | null
}

/**
 * The REPL of one frame: its VM, opened while the model is first asked or when the first cell runs, and the way of each guest call through the gate and
 * back. INVARIANT: a call takes its place in the lane when it arrives, whatever its handler does, and leaves one record.
 */
export class Repl {
  readonly #state: RunState
  readonly #lane: Lane
  readonly #steps: FrameSteps
  readonly #context: GuestContext
  readonly #delivery = new Delivery()
  readonly #pending = new Set<Promise<unknown>>()
  #vm: Promise<Vm> | undefined
  #ahead: NodeJS.Timeout | undefined

  constructor(state: RunState, lane: Lane, steps: FrameSteps, context: GuestContext) {
    this.#state = state
    this.#lane = lane
    this.#steps = steps
    this.#context = context
  }

  /** The frame asks its model, and will want a VM for what it answers: it is opened meanwhile. */
  prepare(): void {
    if (this.#vm !== undefined || this.#ahead !== undefined) return
    this.#ahead = setTimeout(() => {
      this.#opened().catch(() => undefined) // the first cell is told
    }, AHEAD_MS)
  }

  async cell(asked: CellCode, onCall: OnCall): Promise<CellResult> {
    const started = this.#state.ports.clock.monotonic()
    const recorded = this.#state.past?.nextCell(this.#lane.id, this.#lane.steps)
    this.#lane.cellReadBytes = 0
    this.#lane.cellStart = this.#lane.steps
    const calls: HostCall[] = []
    const result =
      recorded !== undefined && IMPOSED.has(recorded.det.outcome)
        ? await this.#recall(recorded, onCall)
        : await this.#run(asked, calls, onCall)
    const halted = await this.#record(asked.code, result.cell, calls, result.failure, started)
    if (halted !== null) throw halted
    return result.cell
  }

  async draft(): Promise<string | undefined> {
    return (await this.#vm?.catch(() => undefined))?.draft()
  }

  /** Cancels what is under way and waits until all of it is recorded. Where the record tells what was cancelled, it only waits. */
  async settle(): Promise<void> {
    if (!this.#settled()) {
      await this.#state.past?.end()
      this.#lane.cancel()
    }
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
  }

  /** Whether the record goes on after this moment: then all that was under way has ended in it. */
  #settled(): boolean {
    const { past } = this.#state
    const { id, parent, steps } = this.#lane
    if (past === undefined) return false
    return past.covers({ lane: id, n: steps }) || (parent !== null && past.joined(id))
  }

  async close(): Promise<void> {
    clearTimeout(this.#ahead)
    await this.settle()
    const vm = await this.#vm?.catch(() => undefined)
    await vm?.close()
  }

  async #run(
    asked: CellCode,
    calls: HostCall[],
    onCall: OnCall,
  ): Promise<{ cell: CellResult; failure?: WritError }> {
    const { past } = this.#state
    const backstopMs = CELL_BACKSTOP_MS * (past === undefined || past.caughtUp ? 1 : REPLAY_PATIENCE)
    const limits = {
      fuelPolls: CELL_FUEL_POLLS,
      calls: this.#callsLeft(),
      backstopMs,
      outputChars: MAX_SHOWN_CHARS,
    }
    let stopped = false
    try {
      const vm = await this.#opened()
      const hear = (call: HostCall): void => {
        calls.push(call)
        const send = (reply: HostReply): void => {
          if (!stopped) vm.reply(call.id, reply)
        }
        this.#track(this.#answer(call, onCall, send))
      }
      const cell = await vm.run(asked, limits, hear, this.#lane.signal)
      // A cell that was stopped is undone, and with it the promises its calls would have settled.
      stopped = cell.outcome !== 'ok' && cell.outcome !== 'error'
      return { cell }
    } catch (error) {
      stopped = true
      const failure = toWritError(error)
      const { code: name, message } = failure
      return { cell: { outcome: 'imposed', output: '', error: { name, message }, fuel: 0 }, failure }
    } finally {
      this.#steps.endCell(stopped)
    }
  }

  /** Calls the cell may make: those of a cell, or what its frame has left. */
  #callsLeft(): number {
    const { share, steps } = this.#lane
    const { cellSteps, frameSteps } = share.limits
    return Math.max(0, Math.min(cellSteps, frameSteps - steps))
  }

  /** Why a step is one too many: batches before it may have taken more steps than the calls that were counted. */
  #beyond(n: number): WritError | null {
    const { cellStart, share } = this.#lane
    const { cellSteps, frameSteps } = share.limits
    const cell = n - cellStart >= cellSteps
    if (!cell && n < frameSteps) return null
    const [whose, limit, most] = cell ? ['cell', 'cellSteps', cellSteps] : ['frame', 'frameSteps', frameSteps]
    const data = { limit, most }
    return new WritError('BUDGET_EXCEEDED', `One ${whose} may take ${most} steps.`, { data })
  }

  /** A cell whose ending was imposed: it is not run; what it had asked for is asked again, and given to nobody. */
  async #recall(
    recorded: RecordOf<'cell'>,
    onCall: OnCall,
  ): Promise<{ cell: CellResult; failure?: WritError }> {
    const { past } = this.#state
    if (past === undefined) throw new WritError('INTERNAL', 'A cell cannot be recalled without a past.')
    const { calls } = JSON.parse(await past.text(recorded, 'ended')) as CellEnd
    for (const call of calls ?? []) this.#track(this.#answer(call, onCall, () => undefined))
    this.#steps.endCell(true)
    const { outcome, fuel } = recorded.det
    const [output, shown, error] = JSON.parse(await past.text(recorded, 'shown')) as [
      string,
      string | null,
      CellResult['error'] | null,
    ]
    return {
      cell: {
        outcome,
        output,
        fuel,
        ...(shown === null ? {} : { shown }),
        ...(error === null || error === undefined ? {} : { error }),
      },
    }
  }

  /** Performs the step of a call and hands its reply over when it is its turn. */
  async #answer(call: HostCall, onCall: OnCall, send: (reply: HostReply) => void): Promise<void> {
    const place = this.#lane.next()
    let performed = false
    let seq: number | undefined
    const perform: Perform = (name, request) => {
      if (performed) throw new WritError('INTERNAL', `The call ${call.name} performs more than one step.`)
      performed = true
      const onFinal = (final: number): void => {
        seq = final
        this.#delivery.owe(final)
      }
      const beyond = this.#beyond(place.n)
      return beyond === null
        ? this.#steps.perform(place, name, request, onFinal)
        : this.#steps.refuseCall(place, { op: call.name, input: request, error: beyond }, onFinal)
    }
    const reply = await onCall(call, perform)
    if (!performed) {
      const message = reply.ok ? 'The call made no step.' : reply.error.message
      await perform('refuse', { op: call.name, message }).catch(() => undefined)
    }
    if (seq !== undefined) this.#delivery.deliver(seq, () => send(reply))
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#pending.delete(tracked))
    this.#pending.add(tracked)
  }

  async #opened(): Promise<Vm> {
    clearTimeout(this.#ahead)
    this.#vm ??= this.#openVm()
    return this.#vm
  }

  #openVm(): Promise<Vm> {
    const { key, ports, epochMs, fork } = this.#state
    const { id } = this.#lane
    return ports.sandbox.open({
      name: id,
      memoryBytes: GUEST_MEMORY_BYTES,
      stackBytes: GUEST_STACK_BYTES,
      seed: fork?.changes.seeds[id] ?? guestSeed(key, id),
      epochMs,
      functions: HOST_NAMES.map((name) => name.name),
      context: this.#context,
    })
  }

  /** Records a cell, and gives why the frame must end when it was ended from outside meanwhile. */
  async #record(
    code: string,
    result: CellResult,
    calls: readonly HostCall[],
    failure: WritError | undefined,
    started: number,
  ): Promise<WritError | null> {
    const { journal, ports } = this.#state
    const lane = this.#lane
    const place = lane.next()
    const past = this.#state.past && (await pastAt(this.#state.past, place))
    const { outcome, fuel, error } = result
    const det = {
      code: journal.commit(place, 'cell', 'code', code),
      outcome,
      output: journal.commit(place, 'cell', 'output', shownJson(result)),
      fuel,
      final: result.finalJson !== undefined,
    }
    const stood = past?.at(place, 'cell')
    if (past !== undefined && stood !== undefined) past.compare(stood, det)
    const end =
      past !== undefined && stood !== undefined
        ? (JSON.parse(await past.text(stood, 'ended')) as CellEnd)
        : this.#end(outcome, calls, failure)
    if (stood !== undefined) await past?.turn(stood)
    const tookMs = ports.clock.monotonic() - started
    const obs = { at: journal.now(), tookMs: Math.round(tookMs) }
    const payloads = {
      code,
      shown: shownJson(result),
      ended: JSON.stringify(end),
    }
    await journal.write('cell', place, det, obs, payloads, 'commit').durable
    const step = { type: 'step', lane: lane.id, n: place.n, kind: 'cell', op: 'cell' } as const
    const detail = error === undefined ? '' : showable(this.#state, lane.label, error.message)
    ports.onEvent({ ...step, outcome, detail, tookMs, gateMs: 0 })
    return end.halted === null ? null : errorFrom(end.halted)
  }

  #end(outcome: Outcome, calls: readonly HostCall[], failure: WritError | undefined): CellEnd {
    const { signal } = this.#lane
    // What ended the run says more than how it showed here.
    const halted = signal.aborted ? toWritError(signal.reason) : failure
    return {
      halted: halted === undefined ? null : errorJson(halted),
      calls: IMPOSED.has(outcome) ? calls : null,
    }
  }
}

function shownJson({ output, shown, error }: CellResult): string {
  return JSON.stringify([output, shown ?? null, error ?? null])
}
