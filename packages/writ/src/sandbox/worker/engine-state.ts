import { Intrinsics, type JSValueHandle, type QuickJS, type QuickJSOptions } from 'quickjs-wasi'
import type { VmSetup } from './orders.ts'

/** What the prelude asks of the host while a cell runs. */
export interface CellHost {
  emit(stream: string, head: string, omitted: number, tail: string): void
  /** False when the cell may call nothing more. */
  call(name: string, argsJson: string): boolean
  /** False when the answer is too large. */
  release(json: string): boolean
}

/** A promise that was rejected and that nobody handles. */
interface Lost {
  readonly promise: JSValueHandle
  readonly reason: JSValueHandle
}

/** As many calls into the host take about as long as the loops between two polls. */
const HOST_CALLS_PER_POLL = 100

/** The engine gives up a little below its limit: measured, 0.8 % of it and 140 KB, of which unwinding frees some. */
const SPARE_BYTES = 256 * 1024

/** Whether the memory is so full that the engine may fail at anything, without a word. */
export function isFull(vm: QuickJS): boolean {
  const { mallocSize, mallocLimit } = vm.getMemoryUsage()
  return mallocLimit - mallocSize < mallocLimit / 32 + SPARE_BYTES
}

const NO_MODULES = 'there are no modules here: import is not available'

/** What lies outside the engine's memory: the clock, the allowance, the modules, the promises nobody handles. */
export class EngineState {
  /** Asked by the prelude; undefined between cells. */
  host: CellHost | undefined
  readonly lost: Map<number, Lost> = new Map()
  readonly #epochNs: bigint
  readonly #seed: Uint8Array
  #modules: Readonly<Record<string, string>> | undefined
  #clockNs: bigint
  #polls = 0
  #allowance = Number.POSITIVE_INFINITY
  #ended = false
  readonly #stop: Int32Array
  #turn = 0
  #hostCalls = 0
  #ranOut = false

  constructor(setup: VmSetup, modules: Readonly<Record<string, string>>, stop: SharedArrayBuffer) {
    this.#stop = new Int32Array(stop)
    this.#epochNs = BigInt(setup.epochMs) * 1_000_000n
    this.#seed = Buffer.from(setup.seed, 'hex')
    this.#modules = modules
    // The engine seeds Math.random from the clock, once, when it is created: until then the clock says the seed.
    this.#clockNs = Buffer.from(setup.seed, 'hex').readBigUInt64BE(0)
  }

  startClock(): void {
    this.#clockNs = this.#epochNs
  }

  /** After this no module can be imported, nor those of the prelude again. */
  closeModules(): void {
    this.#modules = undefined
  }

  /** Gives a cell a fresh allowance of interrupt polls. `turn` is what its owner calls it when it must stop. */
  allow(polls: number, turn: number): void {
    this.#turn = turn
    this.#polls = 0
    this.#ended = false
    this.#hostCalls = 0
    this.#ranOut = false
    this.#allowance = polls
  }

  /** Whether guest code must stop: the engine interrupts it at the next poll, past every `catch` and `finally`. */
  get exhausted(): boolean {
    return this.#ended || this.#polls > this.#allowance || this.stopped
  }

  /** Whether its owner stops the cell from outside. */
  get stopped(): boolean {
    return this.#turn > 0 && Atomics.load(this.#stop, 0) === this.#turn
  }

  /** Stops guest code as if its allowance were spent. */
  end(): void {
    this.#ended = true
  }

  /** Polls spent; never more than the allowance. */
  get fuel(): number {
    return Math.min(this.#polls, this.#allowance)
  }

  /** A call into the host costs too, or a cell could make millions before the engine polls. */
  hostCalled(): void {
    this.#hostCalls += 1
    if (this.#hostCalls % HOST_CALLS_PER_POLL === 0) this.#polls += 1
  }

  poll(): boolean {
    this.#polls += 1
    return this.exhausted
  }

  moduleSource(name: string): string {
    const source = this.#modules?.[name]
    if (source !== undefined) return source
    const refusal = new Error(NO_MODULES)
    refusal.stack = '' // the engine copies the stack into the guest: no path of the host may be in it
    throw refusal
  }

  rejection(promise: JSValueHandle, reason: JSValueHandle, handled: boolean): void {
    this.forget(promise.identity)
    if (reason.isNull && !handled) this.#nullThrown(reason.vm)
    if (!handled) this.lost.set(promise.identity, { promise: promise.dup(), reason: reason.dup() })
  }

  // An engine with no memory left for an error throws null. Jobs that run later may free what was full, so look now.
  #nullThrown(vm: QuickJS): void {
    this.#polls += 1 // looking takes time
    this.#ranOut ||= isFull(vm)
  }

  /** Whether null was thrown in this cell for want of memory. */
  get ranOut(): boolean {
    return this.#ranOut
  }

  forget(identity: number): void {
    const known = this.lost.get(identity)
    if (known === undefined) return
    this.lost.delete(identity)
    known.promise.dispose()
    known.reason.dispose()
  }

  /** Forgets all of them: a rejection of one cell is not the next one's. */
  forgetAll(): void {
    for (const identity of [...this.lost.keys()]) this.forget(identity)
  }

  /** The memory they lie in is put back to an image, which is taken only when there are none. */
  drop(): void {
    this.lost.clear()
  }

  /** The few functions of the system the engine imports: a clock that stands still, and bytes of the seed. */
  wasi(memory: WebAssembly.Memory): Record<string, (...args: number[]) => number> {
    return {
      clock_time_get: (_clock, _precision, to = 0) => {
        new DataView(memory.buffer).setBigUint64(to, this.#clockNs, true)
        return 0
      },
      random_get: (to = 0, length = 0) => {
        const bytes = new Uint8Array(memory.buffer, to, length)
        for (let at = 0; at < length; at += 1) bytes[at] = this.#seed[at % this.#seed.length] ?? 0
        return 0
      },
      fd_write: () => 8, // EBADF: the engine has no output of its own
    }
  }
}

export function engineOptions(wasm: WebAssembly.Module, setup: VmSetup, state: EngineState): QuickJSOptions {
  return {
    wasm,
    memoryLimit: setup.memoryBytes,
    maxStackSize: setup.stackBytes,
    intrinsics: Intrinsics.ALL & ~Intrinsics.WEAK_REF & ~Intrinsics.PERFORMANCE,
    timezoneOffset: 0,
    wasi: (memory) => state.wasi(memory),
    interruptHandler: () => state.poll(),
    onUnhandledRejection: (promise, reason, handled) => state.rejection(promise, reason, handled),
    moduleLoader: {
      normalize: (_base, specifier) => {
        const name = specifier.replace(/^\.\//, '')
        state.moduleSource(name)
        return name
      },
      load: (name) => state.moduleSource(name),
    },
  }
}
