import { EvalFlags, type HostFunction, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import { countTurns } from '../../threads/optimise-late.ts'
import { type ImageChange, MemoryImage } from '../memory-image.ts'
import { type CellHost, EngineState, engineOptions, isFull } from './engine-state.ts'
import type { BootOrder, Engine } from './orders.ts'

/** The functions of the prelude's object; see `boot` in guest/main.js. */
type PreludeName =
  | 'startCell'
  | 'settle'
  | 'pending'
  | 'tick'
  | 'endCell'
  | 'show'
  | 'describeError'
  | 'drafted'
  | 'draft'

type Argument = JSValueHandle | number | boolean | string

/** The VM's memory limit was met where no guest code could catch it. */
export class OutOfMemory extends Error {}

/**
 * Bytes that V8 counts for a step of guest code: at its own count of some 100,000 it optimises the engine's loop, which takes
 * 30 ms, within four short cells. At this one a loop of guest code runs for 20 ms first.
 */
const MOST_A_STEP = 1_000

/** Whether this thread has run the engine: its loop is compiled then. */
let compiled = false

/** One engine with the prelude in it, and the image of its memory that was last taken. */
export class GuestVm {
  readonly state: EngineState
  readonly #vm: QuickJS
  readonly #prelude: JSValueHandle
  readonly #image: MemoryImage

  private constructor(vm: QuickJS, prelude: JSValueHandle, state: EngineState, image: MemoryImage) {
    this.#vm = vm
    this.#prelude = prelude
    this.state = state
    this.#image = image
  }

  /**
   * A fresh VM, or one as it was when `image` was taken. INVARIANT: booting with the same setup puts
   * everything in the same place, so an image of one such VM fits over any other.
   */
  static async create(engine: Engine, order: BootOrder): Promise<GuestVm> {
    if (compiled) return await GuestVm.#boot(engine, order)
    const end = countTurns(MOST_A_STEP)
    try {
      return await GuestVm.#boot(engine, order)
    } finally {
      end()
      compiled = true
    }
  }

  static async #boot(engine: Engine, { setup, stop, image: kept }: BootOrder): Promise<GuestVm> {
    const state = new EngineState(setup, engine.prelude, stop)
    const vm = await QuickJS.create(engineOptions(engine.wasm, setup, state))
    state.startClock()
    const module = vm.evalCode("export { boot } from './main.js'", 'prelude', EvalFlags.TYPE_MODULE)
    vm.executePendingJobs()
    const loaded = await vm.resolvePromise(module)
    if ('error' in loaded) throw new Error(`the prelude failed: ${loaded.error.toString()}`)
    const { functions, provided, contextJson } = setup
    const names = JSON.stringify({ functions, provided })
    const config = vm.newString(`${names.slice(0, -1)},"context":${contextJson}}`)
    const hooks = Object.entries(hostHooks(vm, state)).map(([name, hook]) => vm.newFunction(name, hook))
    const boot = loaded.value.getProp('boot')
    const prelude = vm.callFunction(boot, vm.undefined, config, ...hooks)
    for (const handle of [module, loaded.value, config, boot, ...hooks]) handle.dispose()
    state.closeModules()
    const image = new MemoryImage()
    if (kept !== null) {
      image.apply(kept)
      if (!image.restore(vm._getMemory())) throw new Error('the image of the VM is smaller than a fresh one')
    }
    return new GuestVm(vm, prelude, state, image)
  }

  /** Brings the image up to date, and gives what changed since the one before. */
  keep(): ImageChange {
    return this.#image.update(this.#vm._getMemory())
  }

  /** Puts all back to the image. False when it cannot: then the VM is spent. */
  undo(): boolean {
    this.state.drop()
    return this.#image.restore(this.#vm._getMemory())
  }

  /** Starts a cell: a promise of `{value}`. Throws what the engine throws when the code does not compile. */
  evaluate(code: string, name: string): JSValueHandle {
    return this.#vm.evalCode(code, name, EvalFlags.ASYNC)
  }

  /** Runs jobs until there are none. */
  drain(): void {
    this.#vm.executePendingJobs()
  }

  /** The value or reason of a settled promise. */
  async settlement(
    promise: JSValueHandle,
  ): Promise<{ readonly ok: boolean; readonly handle: JSValueHandle }> {
    const result = await this.#vm.resolvePromise(promise)
    return 'error' in result ? { ok: false, handle: result.error } : { ok: true, handle: result.value }
  }

  /** Calls the prelude. */
  call(name: PreludeName, ...args: readonly Argument[]): JSValueHandle {
    const handles = args.map((arg) => this.#handle(arg))
    const callee = this.#prelude.getProp(name)
    try {
      return this.#vm.callFunction(callee, this.#vm.undefined, ...handles)
    } finally {
      callee.dispose()
      for (const [at, handle] of handles.entries()) if (handle !== args[at]) handle.dispose()
    }
  }

  /** A field of an object the prelude made, when it is a text. */
  field(object: JSValueHandle, name: string): string | undefined {
    const field = object.getProp(name)
    const text = field.isString ? field.toString() : undefined
    field.dispose()
    return text
  }

  get full(): boolean {
    return isFull(this.#vm)
  }

  /** Calls the prelude for a text; undefined when it gives none. */
  text(name: PreludeName, ...args: readonly Argument[]): string | undefined {
    const result = this.call(name, ...args)
    const text = result.isString ? result.toString() : undefined
    result.dispose()
    return text
  }

  /** Calls the prelude for a number or a boolean (1 or 0). */
  number(name: PreludeName): number {
    const result = this.call(name)
    const value = result.isBool ? Number(result.toBoolean()) : result.toNumber()
    result.dispose()
    return value
  }

  #handle(arg: Argument): JSValueHandle {
    if (typeof arg === 'number') return this.#vm.newNumber(arg)
    if (typeof arg === 'boolean') return arg ? this.#vm.true : this.#vm.false
    if (typeof arg !== 'string') return arg
    const text = this.#vm.newString(arg)
    if (!text.isString) throw new OutOfMemory('a text from the host does not fit the memory of the VM')
    return text
  }
}

/** The host functions the prelude is given. INVARIANT: they never throw and make no handle, whatever they are called with. */
function hostHooks(vm: QuickJS, state: EngineState): Record<string, HostFunction> {
  // The engine makes a handle of each constant when it is first asked for: made now, they are part of every image.
  const { undefined: nothing, true: yes, false: no } = vm
  const said = (ok: boolean): JSValueHandle => (ok ? yes : no)
  const text = (handle: JSValueHandle | undefined): string => (handle?.isString ? handle.toString() : '')
  const host = (): CellHost | undefined => {
    state.hostCalled()
    return state.exhausted ? undefined : state.host
  }
  return {
    emit: (stream, head, omitted, tail) => {
      const count = omitted?.isNumber ? omitted.toNumber() : 0
      host()?.emit(text(stream), text(head), Number.isSafeInteger(count) ? count : 0, text(tail))
      return nothing
    },
    call: (name, args) => said(host()?.call(text(name), text(args)) ?? false),
    release: (json) => said(host()?.release(text(json)) ?? false),
  }
}
