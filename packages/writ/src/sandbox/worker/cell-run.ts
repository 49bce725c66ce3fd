import type { CellResult, GuestError } from '@writ/contract'
import { JSException, type JSValueHandle } from 'quickjs-wasi'
import { isWithin } from '../../confinement/json-size.ts'
import { MOST_ARGUMENT_CHARS, MOST_JSON } from '../cell-size.ts'
import type { Answer, CellEnd, CellOrder } from '../messages.ts'
import { cellError, cellName, placedError, type Thrown } from './cell-error.ts'
import { type Cell, CellSyntaxError, readCell } from './cell-source.ts'
import type { CellHost } from './engine-state.ts'
import { type GuestVm, OutOfMemory } from './guest-vm.ts'
import { CellCancelled, type Inbox } from './inbox.ts'
import type { RunOrder } from './orders.ts'
import { ShownText } from './shown-text.ts'

const UNDONE = 'your variables are as they were before the cell'

const DEADLOCK: GuestError = {
  name: 'Deadlock',
  message: 'the cell awaits something that can never settle: no call is in flight and no timer is set',
}

type OnCall = (name: string, argsJson: string) => void

/** Runs one cell to its end; never rejects for what guest code does. After an outcome but ok and error the VM is spent. */
export async function runCell(
  vm: GuestVm,
  { order, turn }: Pick<RunOrder, 'order' | 'turn'>,
  reserved: ReadonlySet<string>,
  inbox: Inbox,
  onCall: OnCall,
): Promise<CellEnd> {
  try {
    const cell = readCell(order.cell, reserved)
    return await new CellRun(vm, order, cell, inbox, onCall).run(turn)
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error
    const placed = placedError(error.name, error.message, error.place)
    return { result: { outcome: 'error', output: '', error: placed, fuel: 0 }, delivered: 0 }
  }
}

class CellRun implements CellHost {
  readonly #vm: GuestVm
  readonly #order: CellOrder
  readonly #cell: Cell
  readonly #inbox: Inbox
  readonly #onCall: OnCall
  readonly #printed: ShownText
  #shown: ShownText | undefined
  #finalJson: string | undefined
  #drafted = false
  #delivered = 0
  #calls = 0
  #argumentChars = 0
  /** What was larger than a cell may send. */
  #excess: string | undefined

  constructor(vm: GuestVm, order: CellOrder, cell: Cell, inbox: Inbox, onCall: OnCall) {
    this.#vm = vm
    this.#order = order
    this.#cell = cell
    this.#inbox = inbox
    this.#onCall = onCall
    this.#printed = new ShownText(order.limits.outputChars)
  }

  emit(stream: string, head: string, omitted: number, tail: string): void {
    if (stream === 'shown') this.#shown ??= new ShownText(this.#order.limits.outputChars)
    const text = stream === 'shown' ? this.#shown : this.#printed
    text?.add(head, omitted, tail)
  }

  call(name: string, argsJson: string): boolean {
    this.#calls += 1
    if (this.#calls > this.#order.limits.calls) {
      this.#vm.state.end()
      return false
    }
    this.#argumentChars += argsJson.length
    if (this.#argumentChars > MOST_ARGUMENT_CHARS) return this.#exceeded('the arguments of its calls')
    if (!isWithin(argsJson, MOST_JSON)) return this.#exceeded(`the arguments of a call to ${name}`)
    this.#onCall(name, argsJson)
    return true
  }

  release(json: string): boolean {
    if (Buffer.byteLength(json) > MOST_JSON.bytes) return false
    if (!isWithin(json, MOST_JSON)) return this.#exceeded('the answer')
    this.#finalJson ??= json
    return true
  }

  /** The cell is stopped at the engine's next poll. */
  #exceeded(what: string): false {
    this.#excess ??= what
    this.#vm.state.end()
    return false
  }

  async run(turn: number): Promise<CellEnd> {
    this.#vm.state.host = this
    this.#vm.state.allow(this.#order.limits.fuelPolls, turn)
    try {
      const error = await this.#evaluate()
      if (this.#finalJson !== undefined) return this.#end('ok', undefined)
      return this.#end(error === undefined ? 'ok' : 'error', error)
    } catch (error) {
      this.#finalJson = undefined
      this.#shown = undefined
      return this.#stopped(error)
    } finally {
      this.#vm.state.host = undefined
    }
  }

  /** The error the cell ended with, if any. Throws when it was stopped. */
  async #evaluate(): Promise<GuestError | undefined> {
    const { limits, firstCallId, ordinal } = this.#order
    this.#vm.call('startCell', limits.outputChars, firstCallId).dispose()
    let error: GuestError | undefined
    try {
      const promise = this.#vm.evaluate(this.#cell.code, cellName(ordinal))
      error = await this.#drive(promise)
      this.#vm.state.forget(promise.identity)
      error ??= promise.promiseState === 0 ? undefined : await this.#settled(promise)
      promise.dispose()
    } catch (thrown) {
      error = this.#caught(thrown)
    }
    error ??= this.#lostRejection()
    const unrestored = this.#restoreNames()
    this.#vm.state.forgetAll()
    this.#assertAllowed()
    this.#drafted = this.#vm.number('drafted') === 1
    return error ?? unrestored
  }

  /** Runs jobs and delivers answers, one at a time, until the cell has settled or released. */
  async #drive(promise: JSValueHandle): Promise<GuestError | undefined> {
    for (;;) {
      this.#drain()
      if (this.#finalJson !== undefined || promise.promiseState !== 0) return undefined
      if (this.#vm.number('pending') > 0) this.#deliver(await this.#inbox.next())
      else if (this.#vm.number('tick') === 0) return DEADLOCK
    }
  }

  #deliver({ callId, reply }: Answer): void {
    const known = new Set(this.#vm.state.lost.keys())
    this.#delivered += 1
    this.#vm.call('settle', callId, reply.ok, reply.ok ? reply.json : JSON.stringify(reply.error)).dispose()
    if (callId >= this.#order.firstCallId) return
    this.#drain()
    for (const [identity, { reason }] of this.#vm.state.lost) {
      if (known.has(identity)) continue
      const { name, message } = this.#describe(reason)
      this.#printed.add(`[a call of an earlier cell failed: ${name}: ${message}]\n`)
      this.#vm.state.forget(identity)
    }
  }

  #drain(): void {
    this.#vm.drain()
    this.#assertAllowed()
  }

  #assertAllowed(): void {
    if (this.#vm.state.exhausted) throw new Error('the allowance is spent')
  }

  async #settled(promise: JSValueHandle): Promise<GuestError | undefined> {
    const { ok, handle } = await this.#vm.settlement(promise)
    try {
      if (!ok) return cellError(this.#describe(handle), this.#cell, this.#order.ordinal)
      if (this.#cell.shows) this.#show(handle)
      return undefined
    } finally {
      handle.dispose()
    }
  }

  #show(completion: JSValueHandle): void {
    const value = completion.getProp('value')
    try {
      this.#vm.call('show', value).dispose()
    } catch (error) {
      const { name, message } = this.#thrown(error)
      this.emit('shown', `[the value cannot be shown: ${name}: ${message}]`, 0, '')
    } finally {
      value.dispose()
    }
  }

  /** The first promise the cell left rejected with nobody to handle it. */
  #lostRejection(): GuestError | undefined {
    let error: GuestError | undefined
    for (const [identity, { reason }] of this.#vm.state.lost) {
      error ??= this.#unhandled(reason)
      this.#vm.state.forget(identity)
    }
    return error
  }

  #unhandled(reason: JSValueHandle): GuestError {
    const thrown = this.#describe(reason)
    const message = `${thrown.message}\n  in a promise that nobody awaits`
    return cellError({ ...thrown, message }, this.#cell, this.#order.ordinal)
  }

  #restoreNames(): GuestError | undefined {
    try {
      const names = this.#vm.text('endCell') ?? ''
      if (names !== '')
        this.#printed.add(
          `[${names}: a name of the REPL, restored after this cell; keep your value under another name]\n`,
        )
      return undefined
    } catch (error) {
      return this.#caught(error)
    }
  }

  #caught(error: unknown): GuestError {
    return cellError(this.#thrown(error), this.#cell, this.#order.ordinal)
  }

  /** What guest code threw at the host. Throws on whatever must end the cell. */
  #thrown(error: unknown): Thrown {
    if (!(error instanceof JSException)) throw error
    this.#assertAllowed()
    const thrown = this.#describe(error.handle)
    error.dispose()
    return thrown
  }

  #describe(reason: JSValueHandle): Thrown {
    if (reason.isNull && this.#vm.state.ranOut) throw new OutOfMemory()
    const thrown = this.#described(reason)
    this.#assertAllowed()
    if (thrown === undefined ? this.#vm.full : isOutOfMemory(thrown)) throw new OutOfMemory()
    return thrown ?? { name: 'Error', message: 'the cell threw a value that cannot be read', stack: '' }
  }

  /** What the prelude says of a thrown value; undefined when it cannot be read, or there is no memory to read it. */
  #described(reason: JSValueHandle): Thrown | undefined {
    try {
      const facts = this.#vm.call('describeError', reason)
      const [name, message, stack, data] = ['name', 'message', 'stack', 'data'].map((field) =>
        this.#vm.field(facts, field),
      )
      facts.dispose()
      if (name === undefined || message === undefined || stack === undefined) return undefined
      return { name, message, stack, ...(data !== undefined && { data }) }
    } catch (error) {
      if (!(error instanceof JSException)) throw error
      if (isOutOfMemory(error)) throw new OutOfMemory()
      error.dispose()
      return undefined
    }
  }

  #stopped(error: unknown): CellEnd {
    const { calls, fuelPolls: allowance } = this.#order.limits
    if (error instanceof CellCancelled || this.#vm.state.stopped)
      return this.#end('cancelled', { name: 'Cancelled', message: `the cell was cancelled; ${UNDONE}` })
    if (this.#calls > calls) {
      const message = `the cell made more than its ${calls} calls and was stopped; ${UNDONE}`
      return this.#end('limit', { name: 'StepsExhausted', message })
    }
    if (this.#excess !== undefined) {
      const message = `${this.#excess} held more than a cell may send, and it was stopped; ${UNDONE}`
      return this.#end('limit', { name: 'TooLarge', message })
    }
    if (this.#vm.state.exhausted) {
      const message = `the cell computed for longer than its allowance of ${allowance} units and was stopped; ${UNDONE}`
      return this.#end('limit', { name: 'FuelExhausted', message })
    }
    if (error instanceof OutOfMemory || (error instanceof Error && isOutOfMemory(error))) {
      const message = `the cell needed more memory than the REPL has and was stopped; ${UNDONE}`
      return this.#end('limit', { name: 'OutOfMemory', message })
    }
    const reason = error instanceof Error ? error.message : String(error)
    return this.#end('imposed', { name: 'CellStopped', message: `the engine failed (${reason}); ${UNDONE}` })
  }

  #end(outcome: CellResult['outcome'], error: GuestError | undefined): CellEnd {
    const result: CellResult = {
      outcome,
      output: String(this.#printed),
      fuel: this.#vm.state.fuel,
      ...(this.#shown && { shown: String(this.#shown) }),
      ...(error && { error }),
      ...(this.#finalJson !== undefined && { finalJson: this.#finalJson }),
    }
    return { result, delivered: this.#delivered, drafted: this.#drafted }
  }
}

// The engine says so by name and message, as an error of the guest or as text of its own.
const isOutOfMemory = ({ name, message }: { readonly name: string; readonly message: string }): boolean =>
  (name === 'InternalError' && message === 'out of memory') ||
  message === 'Job execution error: InternalError: out of memory'
