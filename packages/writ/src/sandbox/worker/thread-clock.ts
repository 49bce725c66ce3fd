const VM = 0
const NOBODY = -1
const NS_PER_MS = 1_000_000

/**
 * The time, the same in every thread of the process. What Deno calls the system's monotonic clock begins anew in each
 * thread, so there the time of day at its start is added.
 */
const now: () => bigint =
  'Deno' in globalThis
    ? () => BigInt(Math.round((performance.timeOrigin + performance.now()) * NS_PER_MS))
    : () => process.hrtime.bigint()

/**
 * Whose turn it is in a thread, and until when: the VM's number and the time by which its cell must have paused.
 * The thread writes it, its owner reads it. Time is the same for all threads.
 */
export class ThreadClock {
  readonly memory: SharedArrayBuffer
  readonly #vm: Int32Array
  readonly #until: BigInt64Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.memory = memory
    this.#vm = new Int32Array(memory, 0, 1)
    this.#until = new BigInt64Array(memory, 8, 1)
  }

  begin(vm: number, ms: number): void {
    Atomics.store(this.#vm, VM, vm)
    Atomics.store(this.#until, 0, now() + BigInt(Math.ceil(ms * NS_PER_MS)))
  }

  pause(): void {
    Atomics.store(this.#until, 0, 0n)
    Atomics.store(this.#vm, VM, NOBODY)
  }

  /**
   * Whose turn it is and how many milliseconds are left of it, fewer than none when it is overdue. It is nobody's
   * while it passes from one VM to another: the time that was read may be the other one's.
   */
  turn(): { readonly vm: number; readonly leftMs: number } | undefined {
    const vm = Atomics.load(this.#vm, VM)
    const until = Atomics.load(this.#until, 0)
    if (until === 0n || vm === NOBODY || Atomics.load(this.#vm, VM) !== vm) return undefined
    return { vm, leftMs: Number(until - now()) / NS_PER_MS }
  }
}
