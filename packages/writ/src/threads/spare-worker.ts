import type { Worker } from 'node:worker_threads'

/** How long a worker waits for its next owner. It keeps no process alive. */
const KEPT_MS = 10_000

/** A worker of one kind that is up before it is needed. INVARIANT: it holds nothing of an owner that it had. */
export class SpareWorker {
  readonly #create: () => Worker
  #spare: Worker | undefined
  #ending: NodeJS.Timeout | undefined

  /** `create` starts a worker that keeps no process alive. */
  constructor(create: () => Worker) {
    this.#create = create
  }

  /** Starts the worker of the next owner, unless one waits. */
  start(): void {
    if (!isUp(this.#spare)) this.keep(this.#create())
  }

  /** A worker that is up already, or a new one. */
  take(): Worker {
    const taken = this.#spare
    this.#spare = undefined
    clearTimeout(this.#ending)
    return isUp(taken) ? taken : this.#create()
  }

  /** Keeps a worker that holds nothing for the next owner; ends it when another waits already, or nobody comes. */
  keep(worker: Worker): void {
    if (!isUp(worker)) return
    worker.unref()
    if (isUp(this.#spare)) {
      void worker.terminate()
      return
    }
    clearTimeout(this.#ending) // of one that ended by itself
    this.#spare = worker
    this.#ending = setTimeout(() => {
      this.#spare = undefined
      void worker.terminate()
    }, KEPT_MS).unref()
  }
}

/** Whether a thread has not ended. */
function isUp(worker: Worker | undefined): worker is Worker {
  return worker !== undefined && worker.threadId !== -1
}
