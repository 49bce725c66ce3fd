import { EvalFlags, type HostFunction, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import { type CellHost, EngineState, engineOptions, isFull } from './engine-state.ts'
import type { Engine, VmImage, VmSetup } from './orders.ts'

/** The functions of the prelude's object; see `boot` in guest/main.js. */
type PreludeName =
  | 'startCell'
  | 'settle'
  | 'pending'
  | 'tick'
  | 'endCell'
  | 'show'
  | 'describeError'
  | 'draft'

type Argument = JSValueHandle | number | boolean | string

/** The VM's memory limit was met where no guest code could catch it. */
export class OutOfMemory extends Error {}

/** One engine with the prelude in it. */
export class GuestVm {
  readonly state: EngineState
  readonly #vm: QuickJS
  readonly #prelude: JSValueHandle
  readonly #token: number

  private constructor(vm: QuickJS, prelude: JSValueHandle, token: number, state: EngineState) {
    this.#vm = vm
    this.#prelude = prelude
    this.#token = token
    this.state = state
  }

  static async create(engine: Engine, setup: VmSetup): Promise<GuestVm> {
    const state = new EngineState(setup, engine.prelude)
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
    return new GuestVm(vm, prelude, vm.exportHandle(prelude), state)
  }

  static async restore(engine: Engine, setup: VmSetup, image: VmImage): Promise<GuestVm> {
    const state = new EngineState(setup, {})
    const vm = await QuickJS.restore(image.snapshot, engineOptions(engine.wasm, setup, state))
    state.startClock()
    state.closeModules()
    for (const [name, hook] of Object.entries(hostHooks(vm, state))) vm.registerHostCallback(name, hook)
    return new GuestVm(vm, vm.importHandle(image.prelude), image.prelude, state)
  }

  /** The whole state, for `restore`. */
  image(): VmImage {
    return { snapshot: this.#vm.snapshot(), prelude: this.#token }
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
  const said = (ok: boolean): JSValueHandle => (ok ? vm.true : vm.false)
  const text = (handle: JSValueHandle | undefined): string => (handle?.isString ? handle.toString() : '')
  const host = (): CellHost | undefined => {
    state.hostCalled()
    return state.exhausted ? undefined : state.host
  }
  return {
    emit: (stream, head, omitted, tail) => {
      const count = omitted?.isNumber ? omitted.toNumber() : 0
      host()?.emit(text(stream), text(head), Number.isSafeInteger(count) ? count : 0, text(tail))
      return vm.undefined
    },
    call: (name, args) => said(host()?.call(text(name), text(args)) ?? false),
    release: (json) => said(host()?.release(text(json)) ?? false),
  }
}
