import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type CellCode,
  type CellResult,
  type CellRun,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  type GuestContext,
  type HostCall,
  type HostReply,
  isWritError,
  MAX_SHOWN_CHARS,
  type Outcome,
  PYTHON_MEMORY_BYTES,
  type ReplLanguage,
  toWritError,
  VM_FUNCTIONS,
  type Vm,
  WritError,
} from '@writ/contract'
import { Delivery } from '../basis/delivery.ts'
import { guestSeed } from '../basis/guest-seed.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, type RunState, showable } from '../state/run-state.ts'
import type { OnFinal } from '../steps/context-step.ts'
import { observe } from '../steps/observe.ts'
import { BadArguments, pythonCall } from './bad-arguments.ts'
import { callsDigest } from './calls-digest.ts'
import type { FrameSteps } from './frame-steps.ts'
import { guestError } from './guest-error.ts'
import { type ReadCall, readCall } from './guest-functions.ts'

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
 * The REPL of one frame: its VM, opened while the model is first asked or when the first cell runs, and the way of each
 * guest call through the gate and back. INVARIANT: a call gets its id in the lane when it arrives, and leaves one record.
 */
export class Repl {
  readonly #state: RunState
  readonly #lane: FrameState
  readonly #steps: FrameSteps
  readonly #context: GuestContext
  readonly #language: ReplLanguage
  readonly #delivery = new Delivery()
  readonly #pending = new Set<Promise<unknown>>()
  #vm: Promise<Vm> | undefined
  #ahead: NodeJS.Timeout | undefined

  constructor(
    state: RunState,
    lane: FrameState,
    steps: FrameSteps,
    { context, language }: { readonly context: GuestContext; readonly language: ReplLanguage },
  ) {
    this.#state = state
    this.#lane = lane
    this.#steps = steps
    this.#context = context
    this.#language = language
  }

  /** The frame asks its model, and will want a VM for what it answers: it is opened meanwhile. */
  prepare(): void {
    const takesTurns = this.#context.type !== 'none'
    if (!takesTurns || this.#vm !== undefined || this.#ahead !== undefined) return
    this.#ahead = setTimeout(() => {
      this.#opened().catch(() => undefined) // the first cell is told
    }, AHEAD_MS)
  }

  async cell(asked: CellCode): Promise<CellRun> {
    const started = this.#state.ports.clock.monotonic()
    const recorded = this.#state.journal.nextCell(this.#lane.id, this.#lane.steps)
    this.#lane.cellReadBytes = 0
    this.#lane.cellStart = this.#lane.steps
    const calls: HostCall[] = []
    const result =
      recorded !== undefined && IMPOSED.has(recorded.det.outcome)
        ? await this.#recall(recorded, calls)
        : await this.#run(asked, calls)
    const halted = await this.#record(asked.code, result.cell, calls, result.failure, started)
    if (halted !== null) throw halted
    return { ...result.cell, asked: callsDigest(calls) }
  }

  async draft(): Promise<string | undefined> {
    return (await this.#vm?.catch(() => undefined))?.draft()
  }

  /** Cancels what is under way and waits until all of it is recorded. Where the record tells what was cancelled, it only waits. */
  async settle(): Promise<void> {
    const { id, steps } = this.#lane
    if (!(await this.#state.journal.settles(id, steps))) this.#lane.cancel()
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
  }

  async close(): Promise<void> {
    clearTimeout(this.#ahead)
    await this.settle()
    const vm = await this.#vm?.catch(() => undefined)
    await vm?.close()
  }

  async #run(asked: CellCode, calls: HostCall[]): Promise<{ cell: CellResult; failure?: WritError }> {
    const backstopMs = CELL_BACKSTOP_MS * (this.#state.journal.live ? 1 : REPLAY_PATIENCE)
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
        this.#track(this.#answer(call, send))
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
    recorded: RecordedStep<'cell'>,
    calls: HostCall[],
  ): Promise<{ cell: CellResult; failure?: WritError }> {
    calls.push(...((JSON.parse(await recorded.text('ended')) as CellEnd).calls ?? []))
    for (const call of calls) this.#track(this.#answer(call, () => undefined))
    this.#steps.endCell(true)
    const { outcome, fuel } = recorded.det
    const [output, shown, error] = JSON.parse(await recorded.text('shown')) as [
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

  /** Makes the step of a call and hands its reply over when it is its turn. */
  async #answer(call: HostCall, send: (reply: HostReply) => void): Promise<void> {
    const id = this.#lane.next()
    let seq: number | undefined
    const onFinal = (final: number): void => {
      seq = final
      this.#delivery.owe(final)
    }
    const reply = await this.#reply(call, id, onFinal)
    if (seq !== undefined) this.#delivery.deliver(seq, () => send(reply))
  }

  /** Whatever goes wrong is an error that the guest can catch, never text. */
  async #reply(call: HostCall, id: StepId, onFinal: OnFinal): Promise<HostReply> {
    try {
      return { ok: true, json: await this.#step(call, id, onFinal) }
    } catch (error) {
      return { ok: false, error: guestError(error) }
    }
  }

  /** The JSON text that a call's one step comes to. A call that may make no step is recorded with its error. */
  async #step(call: HostCall, id: StepId, onFinal: OnFinal): Promise<string> {
    const { name: op } = call
    const beyond = this.#beyond(id.n)
    let read: ReadCall
    try {
      read = readCall(call)
    } catch (error) {
      const form = this.#language === 'python' ? pythonCall(op) : undefined
      const refused =
        error instanceof BadArguments ? new WritError('BAD_REQUEST', error.saidAs(form).message) : error
      if (!isWritError(refused)) throw error
      const { message } = refused
      const bad = beyond ?? refused
      return await this.#steps.fail(id, { op, input: { op, message }, error: bad }, onFinal)
    }
    const { request, run } = read
    if (beyond !== null) return await this.#steps.fail(id, { op, input: request, error: beyond }, onFinal)
    return await run((name, asked) => this.#steps.perform(id, name, asked, onFinal, call.id))
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
    const { ports, epochMs, fork } = this.#state
    const { id } = this.#lane
    return ports.sandbox.open({
      name: id,
      memoryBytes: this.#language === 'python' ? PYTHON_MEMORY_BYTES : GUEST_MEMORY_BYTES,
      stackBytes: GUEST_STACK_BYTES,
      seed: fork?.changes.seeds[id] ?? guestSeed(ports.log.key, id),
      epochMs,
      functions: VM_FUNCTIONS,
      context: this.#context,
      language: this.#language,
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
    const id = lane.next()
    const { outcome, fuel, error } = result
    const det = {
      code: journal.commit(id, 'cell', 'code', code),
      outcome,
      output: journal.commit(id, 'cell', 'output', shownJson(result)),
      fuel,
      final: result.finalJson !== undefined,
    }
    const end = await observe(journal, {
      kind: 'cell',
      id,
      asked: () => det,
      kept: () => ({ name: 'ended' }),
      perform: () => Promise.resolve(this.#end(outcome, calls, failure)),
      recall: (_, ended) => JSON.parse(ended) as CellEnd,
    })
    const tookMs = ports.clock.monotonic() - started
    const obs = { at: journal.now(), tookMs: Math.round(tookMs) }
    const payloads = {
      code,
      shown: shownJson(result),
      ended: JSON.stringify(end),
    }
    await journal.write({ kind: 'cell', id, det, obs, payloads, durability: 'commit' }).durable
    const step = { type: 'step', lane: lane.id, n: id.n, kind: 'cell', op: 'cell' } as const
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
