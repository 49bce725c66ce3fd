import type { Worker } from 'node:worker_threads'
import type { Fault } from './bundle-fault.ts'
import type { CedarRequest } from './cedar-request.ts'
import type { EngineSource } from './engine-source.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rules } from './rule.ts'
import { CEDAR_THREAD, takeThread } from './spare-thread.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import type { Vocabulary } from './vocabulary.ts'

/** How the thread is started and how long it may take. */
export interface ThreadOptions {
  readonly entry: URL
  readonly startTimeoutMs: number
  /** For one evaluation, counted from the answer before it. */
  readonly evaluationTimeoutMs: number
}

export const THREAD_OPTIONS: ThreadOptions = Object.freeze({
  entry: CEDAR_THREAD,
  startTimeoutMs: 30_000, // compiling 4 MB of WebAssembly on a busy machine
  evaluationTimeoutMs: 2_000, // an evaluation takes about half a millisecond
})

/** What a started engine tells about its bundle, or why it refuses it. */
export type Started =
  | { readonly type: 'ready'; readonly vocabulary: Vocabulary; readonly rules: Rules }
  | { readonly type: 'refused'; readonly fault: Fault }

interface Waiting {
  readonly resolve: (evaluation: Evaluation) => void
  readonly reject: (error: Error) => void
}

/**
 * One life of the engine's thread. It ends at the first sign of trouble (a crash, a throw, a time-out, a message nobody
 * understands), everything that waits is rejected, and it is not used again.
 */
export class EngineThread {
  readonly #worker: Worker
  readonly #options: ThreadOptions
  readonly #started: PromiseWithResolvers<Started> = Promise.withResolvers()
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #watchdog: NodeJS.Timeout | undefined
  #ended: Error | undefined

  constructor(source: EngineSource, options: ThreadOptions) {
    this.#options = options
    try {
      this.#worker = takeThread(options.entry)
    } catch (error) {
      this.#started.reject(error)
      throw error
    }
    this.#worker.postMessage(source)
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('messageerror', (error) => this.#fail(error))
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', (code) => this.#fail(new Error(`the policy engine exited with code ${code}`)))
    // The thread alone keeps no process alive; the watchdog does while somebody waits. Adding a listener would undo it.
    this.#worker.unref()
    this.#watch(options.startTimeoutMs, 'start')
  }

  get alive(): boolean {
    return this.#ended === undefined
  }

  /** Rejects when the thread ended before it could say anything. */
  started(): Promise<Started> {
    return this.#started.promise
  }

  /** Rejects when the thread ends before it has answered. */
  evaluate(request: CedarRequest): Promise<Evaluation> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<Evaluation>()
    this.#worker.postMessage({ id, request } satisfies ToThread)
    this.#waiting.set(id, { resolve, reject })
    if (this.#waiting.size === 1) this.#watch(this.#options.evaluationTimeoutMs, 'answer')
    return promise
  }

  /** Stops the thread for good; what waits is rejected with the reason. */
  async end(reason: Error): Promise<void> {
    this.#fail(reason)
    await this.#worker.terminate()
  }

  #fail(reason: Error): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    this.#rest()
    this.#started.reject(reason)
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    void this.#worker.terminate()
  }

  #receive(message: FromThread): void {
    if (this.#ended !== undefined || message.type === 'up') return
    this.#rest()
    if (message.type === 'evaluation') this.#deliver(message.id, message.evaluation)
    else if (message.type === 'ready' || message.type === 'refused') this.#started.resolve(message)
    else this.#fail(new Error('the policy engine sent a message nobody understands'))
  }

  #deliver(id: number, evaluation: Evaluation): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) {
      this.#fail(new Error('the policy engine answered a question nobody asked'))
      return
    }
    this.#waiting.delete(id)
    if (this.#waiting.size > 0) this.#watch(this.#options.evaluationTimeoutMs, 'answer')
    waiting.resolve(evaluation)
  }

  // A busy main thread can see the timer before an answer that has long arrived, so the answer gets one more turn.
  #watch(timeoutMs: number, what: 'start' | 'answer'): void {
    const watchdog: NodeJS.Timeout = setTimeout(() => {
      setImmediate(() => {
        if (this.#watchdog !== watchdog || this.#ended !== undefined) return
        this.#fail(new Error(`the policy engine did not ${what} within ${timeoutMs} ms`))
      })
    }, timeoutMs)
    this.#watchdog = watchdog
  }

  #rest(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = undefined
  }
}
