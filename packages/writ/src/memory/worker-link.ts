import type { Worker } from 'node:worker_threads'
import { type CodeReader, type IngestProgress, toWritError, WritError } from '@writ/contract'
import type { Parse } from './parse-files.ts'
import { spareWorker } from './spare-worker.ts'
import type { FromWorker, ToWorker, WorkerCall, WorkerCalls } from './worker-calls.ts'

/** How long a worker may take to forget a store before it is ended. */
const CLEAR_MS = 1000

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
 * What a store asks its worker, from the main thread. A call settles at once when its signal aborts, and the worker is told
 * to stop. Ingestion is one stretch of work that hears nothing: whoever started it must `terminate`. The process is kept
 * alive only while a call is open.
 */
export class WorkerLink {
  readonly #worker: Worker
  readonly #parse: Parse | undefined
  readonly #readCode: CodeReader['readCode'] | undefined
  readonly #pending = new Map<number, Pending>()
  #next = 1
  /** Why nothing can be asked any more. */
  #over: WritError | undefined
  /** Resolves once the worker has forgotten the store, or has ended. */
  readonly #cleared: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #onMessage = (message: FromWorker): void => this.#receive(message)
  readonly #onError = (cause: Error): void =>
    this.#end(failure(`the worker of external memory broke: ${cause.message}`, cause))
  readonly #onExit = (): void => this.#exited()

  constructor(worker: Worker, parse?: Parse, readCode?: CodeReader['readCode']) {
    this.#worker = worker
    this.#parse = parse
    this.#readCode = readCode
    worker.on('message', this.#onMessage).on('error', this.#onError).on('exit', this.#onExit)
    worker.unref()
    if (worker.threadId === -1) this.#exited()
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

  /** Stops what is running, waits until the worker has forgotten the store, and keeps it for the next. */
  async close(): Promise<void> {
    this.#end(failure('this store is closed'))
    this.#post({ clear: true })
    this.#worker.ref()
    let isEnding = false
    const timer = setTimeout(() => {
      isEnding = true
      void this.#worker.terminate()
    }, CLEAR_MS)
    await this.#cleared.promise
    clearTimeout(timer)
    this.#worker.off('message', this.#onMessage).off('error', this.#onError).off('exit', this.#onExit)
    // One that says it has forgotten while it is being ended would end under its next store.
    if (!isEnding) spareWorker.keep(this.#worker)
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    if ('cleared' in message) this.#cleared.resolve()
    else if ('parse' in message) void this.#parseFor(message)
    else if ('progress' in message) this.#pending.get(message.id)?.onProgress?.(message.progress)
    else if ('error' in message) {
      const { code, message: text, data } = message.error
      this.#settle(message.id)?.reject(new WritError(code, text, { data }))
    } else this.#settle(message.id)?.resolve(message.result as never)
  }

  /** Gets a file parsed, and hands over what it came to. */
  async #parseFor({ parse, request }: Extract<FromWorker, { parse: number }>): Promise<void> {
    try {
      const read = 'language' in request ? this.#readCode?.(request) : this.#parse?.(request)
      if (read === undefined) throw failure('nothing parses files here')
      this.#post({ parsed: parse, outcome: await read })
    } catch (error) {
      const { code, message, data } = toWritError(error)
      this.#post({ parsed: parse, error: { code, message, data } })
    }
  }

  /** Takes a call off the list of those open. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#worker.unref()
    return pending
  }

  #exited(): void {
    this.#end(failure('the worker of external memory has ended'))
    this.#cleared.resolve()
  }

  #end(error: WritError): void {
    this.#over ??= error
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error)
  }
}

function failure(message: string, cause?: unknown): WritError {
  return new WritError('INTERNAL', message, cause === undefined ? {} : { cause })
}
