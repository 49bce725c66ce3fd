import { Worker } from 'node:worker_threads'
import type { Engine, WorkerOrder, WorkerReport } from '../worker/orders.ts'

// A thread must hold the largest text that crosses it, a few times over. The stack lets the guards of the engine and of
// the parsers act first: where the thread's own ends is not repeatable, and an overflow of it would break the VM.
const RESOURCES = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 16, stackSizeMb: 64 }
const IDLE_KEPT = 4
const TERMINATE_MS = 2_000

/** A worker thread and who listens to it. */
export class VmThread {
  readonly #worker: Worker
  onReport: (report: WorkerReport) => void = () => undefined
  /** Called when the thread ends unasked. */
  onDeath: (reason: string) => void = () => undefined

  constructor(engine: Engine) {
    const url = new URL(
      import.meta.url.endsWith('.ts') ? '../worker/main.ts' : '../worker/main.js',
      import.meta.url,
    )
    this.#worker = new Worker(url, { workerData: engine, env: {}, resourceLimits: RESOURCES, stdin: false })
    this.#worker.on('message', (report: WorkerReport) => this.onReport(report))
    this.#worker.on('error', (error: Error) => this.onDeath(error.message))
    this.#worker.on('exit', () => this.onDeath('the thread ended'))
  }

  post(order: WorkerOrder): void {
    this.#worker.postMessage(order)
  }

  /** Ends the thread, whatever it does; false when it does not end in time. */
  async terminate(): Promise<boolean> {
    this.onReport = () => undefined
    this.onDeath = () => undefined
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), TERMINATE_MS)
    })
    const ended = await Promise.race([this.#worker.terminate().then(() => true), late])
    clearTimeout(timer)
    return ended
  }
}

/** Warm threads: one is always ready, so that a VM opens or is rebuilt without waiting for a thread to start. */
export class WorkerPool {
  readonly #engine: Engine
  readonly #idle: VmThread[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    this.#warm()
  }

  take(): VmThread {
    const thread = this.#idle.shift() ?? new VmThread(this.#engine)
    setImmediate(() => this.#warm())
    return thread
  }

  async give(thread: VmThread): Promise<void> {
    thread.onReport = () => undefined
    if (this.#idle.length >= IDLE_KEPT) {
      await thread.terminate()
      return
    }
    thread.post({ type: 'forget' })
    this.#add(thread)
  }

  #warm(): void {
    if (this.#idle.length === 0) this.#add(new VmThread(this.#engine))
  }

  #add(thread: VmThread): void {
    this.#idle.push(thread)
    thread.onDeath = () => {
      const at = this.#idle.indexOf(thread)
      if (at >= 0) this.#idle.splice(at, 1)
    }
  }
}
