import { Worker } from 'node:worker_threads'
import type {
  Engine,
  SeatOrder,
  SeatReport,
  ThreadData,
  WorkerOrder,
  WorkerReport,
} from '../worker/orders.ts'
import { ThreadClock } from '../worker/thread-clock.ts'

// A thread must hold the largest text that crosses it, a few times over. The stack lets the guards of the engine and of
// the parsers act first: where the thread's own ends is not repeatable, and an overflow of it would break the VM.
const RESOURCES = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 6, stackSizeMb: 64 }
const TERMINATE_MS = 2_000
/** A thread of Deno that computes goes on after it was told to end, and nothing says so: its process has to end. */
const THREADS_END = !('Deno' in globalThis)
/** How often a thread is looked at while it has a tenant or computes. */
const LOOK_MS = 100

/** Whoever holds a seat. */
export interface Tenant {
  onReport(report: WorkerReport): void
  /** Its VM computes for longer than it may. */
  onOverdue(): void
  /** The thread is gone with all it held; `blamed` when it was this tenant's turn. */
  onGone(reason: string, blamed: boolean): void
}

/** A place for one VM in a thread. */
export interface Seat {
  post(order: WorkerOrder): void
  /** Gives the place up. A VM that still computes after the grace cannot be told to stop: its thread ends. */
  leave(graceMs: number): void
}

/** Whoever owns the thread. */
export interface ThreadOwner {
  onGone(thread: VmThread): void
  /** The thread cannot be ended: the process must be. */
  onStuck(): void
}

let lastSeat = 0

/** A worker thread, who has a seat in it, and the watch over whose turn lasts too long. */
export class VmThread {
  readonly #worker: Worker
  readonly #clock = new ThreadClock()
  readonly #owner: ThreadOwner
  readonly #tenants: Map<number, Tenant> = new Map()
  #watch: NodeJS.Timeout | undefined
  #gone = false

  constructor(engine: Engine, owner: ThreadOwner) {
    this.#owner = owner
    const url = new URL(
      import.meta.url.endsWith('.ts') ? '../worker/main.ts' : '../worker/main.js',
      import.meta.url,
    )
    const workerData: ThreadData = { ...engine, clock: this.#clock.memory }
    this.#worker = new Worker(url, { workerData, env: {}, resourceLimits: RESOURCES, stdin: false })
    this.#worker.on('message', ({ seat, report }: SeatReport) => this.#tenants.get(seat)?.onReport(report))
    this.#worker.on('error', (error: Error) => this.#end(error.message))
    this.#worker.on('exit', () => this.#end('the thread ended'))
  }

  get tenants(): number {
    return this.#tenants.size
  }

  get computes(): boolean {
    return this.#clock.turn() !== undefined
  }

  seat(tenant: Tenant): Seat {
    lastSeat += 1
    const seat = lastSeat
    this.#tenants.set(seat, tenant)
    this.#look()
    return { post: (order) => this.#post({ seat, order }), leave: (graceMs) => this.#leave(seat, graceMs) }
  }

  #post(message: SeatOrder): void {
    if (!this.#gone) this.#worker.postMessage(message)
  }

  #leave(seat: number, graceMs: number): void {
    this.#tenants.delete(seat)
    this.#post({ seat, order: { type: 'forget' } })
    const check = (): void => {
      if (this.#clock.turn()?.vm === seat) this.#terminate('a VM in it did not stop')
    }
    if (graceMs === 0) check()
    else setTimeout(check, graceMs)
  }

  #look(): void {
    if (this.#watch !== undefined || this.#gone) return
    this.#watch = setTimeout(
      () => {
        this.#watch = undefined
        const turn = this.#clock.turn()
        if (turn !== undefined && turn.leftMs <= 0) {
          const tenant = this.#tenants.get(turn.vm)
          if (tenant === undefined) this.#terminate('a VM that left did not stop')
          else tenant.onOverdue()
        }
        if (this.#tenants.size > 0 || turn !== undefined) this.#look()
      },
      Math.min(LOOK_MS, Math.max(1, this.#clock.turn()?.leftMs ?? LOOK_MS)),
    )
  }

  #terminate(reason: string): void {
    if (this.#gone) return
    this.#end(reason)
    if (!THREADS_END) {
      setImmediate(() => this.#owner.onStuck()) // whose cell it was is told first
      return
    }
    const late = setTimeout(() => this.#owner.onStuck(), TERMINATE_MS)
    void this.#worker.terminate().then(() => clearTimeout(late))
  }

  #end(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    clearTimeout(this.#watch)
    this.#owner.onGone(this)
    const blamed = this.#clock.turn()?.vm
    const tenants = [...this.#tenants]
    this.#tenants.clear()
    for (const [seat, tenant] of tenants) tenant.onGone(reason, seat === blamed)
  }
}
