import type { Worker } from 'node:worker_threads'
import { WritError } from '@writ/contract'
import { Copies } from './copies.ts'
import type { Home } from './home.ts'
import type { Operation, Operations, Reply, Request } from './messages.ts'
import { spareWorker } from './spare-worker.ts'

type Settle = (reply: Reply) => void

/** How long a request that may wait is kept for others to go with it: each message is a transaction of its own. */
const GATHER_MS = 10
/** So many are sent at once: whoever writes on and on is not held up by the wait. */
const MOST_GATHERED = 32

/**
 * The client's end of the ledger's worker. Requests made in one turn of the event loop travel as one message, with those before
 * them that may wait.
 *
 * INVARIANT: replies come in the order of the requests, one each; once the worker is gone every request rejects.
 */
export class Channel {
  readonly #worker: Worker
  readonly #waiting: Settle[] = []
  #outbox: Request[] = []
  #gathering: NodeJS.Timeout | undefined
  #sending = false
  #closing: Promise<void> | undefined
  readonly #copies = new Copies()
  /** Why nothing more is sent: set once, never cleared. */
  #closed: string | undefined
  readonly #onReplies = (replies: readonly Reply[]): void => this.#settle(replies)
  readonly #onError = (error: Error): void => this.#lose(`its worker failed: ${error.message}`)
  readonly #onExit = (): void => this.#lose('its worker ended')

  constructor(home: Home) {
    this.#worker = spareWorker.take()
    this.#worker.postMessage(home)
    this.#worker.on('message', this.#onReplies).on('error', this.#onError).on('exit', this.#onExit)
    this.#worker.unref()
  }

  /** A copy of bytes for the request made next: the bytes are the caller's again at once. */
  copy(bytes: Uint8Array): Uint8Array {
    return this.#copies.add(bytes)
  }

  /** Sends a request; one that may wait goes with the next, or some milliseconds later. */
  request<O extends Operation>(
    request: Request & { readonly op: O },
    mayWait = false,
  ): Promise<Operations[O]['gives']> {
    const { promise, resolve, reject } = Promise.withResolvers<Operations[O]['gives']>()
    if (this.#closed !== undefined) {
      reject(new WritError('LEDGER_FAILED', `the ledger takes nothing more: ${this.#closed}`))
      return promise
    }
    // Replies keep the order of requests, so this one's value has this one's type.
    this.#expect((reply) => {
      if (reply.ok) resolve(reply.value as Operations[O]['gives'])
      else reject(new WritError(reply.code, reply.message, reply.run === undefined ? {} : { run: reply.run }))
    })
    this.#outbox.push(request)
    if (mayWait && this.#outbox.length < MOST_GATHERED)
      this.#gathering ??= setTimeout(() => this.#send(), GATHER_MS)
    else if (!this.#sending) {
      this.#sending = true
      setImmediate(() => this.#send())
    }
    return promise
  }

  /** Answers what was asked before, then keeps the worker for the next ledger. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#closed !== undefined) return // the worker is gone
    const answered = this.request({ op: 'close' })
    this.#closed = 'it was closed'
    try {
      await answered
    } catch (error) {
      await this.#worker.terminate()
      throw error
    }
    this.#worker.off('message', this.#onReplies).off('error', this.#onError).off('exit', this.#onExit)
    spareWorker.keep(this.#worker)
  }

  #send(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    this.#sending = false
    const batch = this.#outbox
    if (batch.length === 0) return
    this.#outbox = []
    this.#worker.postMessage(batch, this.#copies.take())
  }

  /** An idle ledger does not keep the process alive; a waiting request does. */
  #expect(settle: Settle): void {
    if (this.#waiting.length === 0) this.#worker.ref()
    this.#waiting.push(settle)
  }

  #settle(replies: readonly Reply[]): void {
    const settled = this.#waiting.splice(0, replies.length)
    for (const [at, reply] of replies.entries()) settled[at]?.(reply)
    if (this.#waiting.length === 0) this.#worker.unref()
  }

  #lose(reason: string): void {
    this.#closed ??= reason
    const message = `the ledger did not answer: ${reason}`
    const reply: Reply = { ok: false, code: 'LEDGER_FAILED', message, run: undefined }
    this.#settle(this.#waiting.map(() => reply))
  }
}
