import { Worker } from 'node:worker_threads'
import { type IngestProgress, WritError } from '@writ/contract'
import type { FromWorker, ToWorker, WorkerCall, WorkerCalls } from './worker-calls.ts'

/** How long a worker may take to end by itself before it is ended. */
const CLOSE_MS = 1000

interface Pending {
  readonly resolve: (result: never) => void
  readonly reject: (reason: unknown) => void
  readonly onProgress: ((progress: IngestProgress) => void) | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: IngestProgress) => void) | undefined
}

/**
 * The main thread's end of one worker. A call settles at once when its signal aborts, and the worker is told to stop;
 * ingestion is one stretch of work that hears nothing, so whoever started it must `terminate`.
 * Keeps the process alive only while a call is open.
 */
export class WorkerLink {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #pending = new Map<number, Pending>()
  #next = 1
  /** Why nothing can be asked any more. */
  #over: WritError | undefined

  constructor() {
    const source = import.meta.url.endsWith('.ts')
    this.#worker = new Worker(new URL(source ? './worker.ts' : './worker.js', import.meta.url), {
      env: {},
      execArgv: source ? ['--conditions=@writ/source'] : [],
      name: 'writ-memory',
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.on('error', (cause) =>
      this.#end(failure(`the worker of external memory broke: ${cause}`, cause)),
    )
    this.#worker.on('exit', () => this.#end(failure('the worker of external memory has ended')))
    this.#worker.unref()
  }

  get usable(): boolean {
    return this.#over === undefined
  }

  call<K extends WorkerCall>(
    call: K,
    request: WorkerCalls[K]['request'],
    { signal, onProgress }: CallOptions = {},
  ): Promise<WorkerCalls[K]['result']> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#over !== undefined) return Promise.reject(this.#over)
    const id = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<WorkerCalls[K]['result']>()
    const abort = (): void => {
      this.#post({ cancel: id })
      this.#settle(id)?.reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    const forget = (): void => signal?.removeEventListener('abort', abort)
    this.#pending.set(id, {
      resolve: (result) => {
        forget()
        resolve(result)
      },
      reject: (reason) => {
        forget()
        reject(reason)
      },
      onProgress,
    })
    this.#worker.ref()
    this.#post({ id, call, request } as ToWorker)
    return promise
  }

  /** Stops what is running and waits until the worker and its children are gone. */
  async close(): Promise<void> {
    this.#end(failure('this store is closed'))
    this.#post({ close: true })
    this.#worker.ref()
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_MS)
    await this.#exited
    clearTimeout(timer)
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    if ('progress' in message) this.#pending.get(message.id)?.onProgress?.(message.progress)
    else if ('error' in message) {
      const { code, message: text, data } = message.error
      this.#settle(message.id)?.reject(new WritError(code, text, { data }))
    } else this.#settle(message.id)?.resolve(message.result as never)
  }

  /** Takes a call off the list of those open. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#worker.unref()
    return pending
  }

  #end(error: WritError): void {
    this.#over ??= error
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error)
  }
}

function failure(message: string, cause?: unknown): WritError {
  return new WritError('INTERNAL', message, cause === undefined ? {} : { cause })
}
