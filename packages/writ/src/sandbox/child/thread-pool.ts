import { availableParallelism } from 'node:os'
import type { Engine } from '../worker/orders.ts'
import { type Seat, type Tenant, VmThread } from './vm-thread.ts'

/** Two at the least, so that a VM that computes does not hold up all others. */
const MOST_THREADS = Math.min(4, Math.max(2, availableParallelism()))
/** A thread beyond the first is worth its memory when the others hold so many VMs. */
const FEW_TENANTS = 8

/** The threads of the child: each holds many VMs, and another is started when those there are busy or full. */
export class ThreadPool {
  readonly #engine: Engine
  readonly #onStuck: () => void
  readonly #threads: Set<VmThread> = new Set()

  constructor(engine: Engine, onStuck: () => void) {
    this.#engine = engine
    this.#onStuck = onStuck
    this.#start()
  }

  seat(tenant: Tenant): Seat {
    const [first = this.#start()] = [...this.#threads].toSorted(
      (a, b) => Number(a.computes) - Number(b.computes) || a.tenants - b.tenants,
    )
    const another = (first.computes || first.tenants >= FEW_TENANTS) && this.#threads.size < MOST_THREADS
    return (another ? this.#start() : first).seat(tenant)
  }

  #start(): VmThread {
    const thread = new VmThread(this.#engine, {
      onGone: (gone) => this.#threads.delete(gone),
      onStuck: this.#onStuck,
    })
    this.#threads.add(thread)
    return thread
  }
}
