import type { SimRequest } from './request.ts'
import { promptChars } from './request.ts'

/** One request as the server saw it: the ground truth an engine's ledger is held against. Times are ms since the start. */
export interface JournalEntry {
  readonly n: number
  readonly model: string
  readonly task: string | null
  readonly key: string | null
  /** Whether an `Authorization` header came; never its value. */
  readonly authorization: boolean
  readonly promptChars: number
  readonly arrivedMs: number
  doneMs: number | null
  /** What was done with it: a kind of reply. */
  outcome: string | null
  /** HTTP status sent; null when none was. */
  status: number | null
  inputTokens: number
  outputTokens: number
  /** True when it was answered from the store of an equal key, without running again. */
  duplicate: boolean
  /** True when the client went away before it had the reply. */
  abortedByClient: boolean
  /** Requests in flight when it arrived, itself included. */
  readonly concurrent: number
  readonly requestId: string
}

export interface Stats {
  readonly requests: number
  readonly duplicates: number
  readonly aborted: number
  readonly maxConcurrent: number
  /** Tokens really used; duplicates use none. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly entries: readonly JournalEntry[]
}

export class Journal {
  readonly #started: number = performance.now()
  #entries: JournalEntry[] = []
  #inFlight = 0

  open(request: SimRequest, authorization: boolean): JournalEntry {
    this.#inFlight += 1
    const entry: JournalEntry = {
      n: request.n,
      model: request.model,
      task: request.task,
      key: request.key,
      authorization,
      promptChars: promptChars(request),
      arrivedMs: this.#now(),
      doneMs: null,
      outcome: null,
      status: null,
      inputTokens: 0,
      outputTokens: 0,
      duplicate: false,
      abortedByClient: false,
      concurrent: this.#inFlight,
      requestId: `sim-${request.n}`,
    }
    this.#entries.push(entry)
    return entry
  }

  /** Marks a request as over, once. */
  close(entry: JournalEntry, abortedByClient: boolean): void {
    if (entry.doneMs !== null) return
    this.#inFlight -= 1
    entry.doneMs = this.#now()
    entry.abortedByClient = abortedByClient
  }

  stats(): Stats {
    const entries = this.#entries.map((entry) => ({ ...entry }))
    return {
      requests: entries.length,
      duplicates: entries.filter((entry) => entry.duplicate).length,
      aborted: entries.filter((entry) => entry.abortedByClient).length,
      maxConcurrent: Math.max(0, ...entries.map((entry) => entry.concurrent)),
      inputTokens: entries.reduce((sum, entry) => sum + entry.inputTokens, 0),
      outputTokens: entries.reduce((sum, entry) => sum + entry.outputTokens, 0),
      entries,
    }
  }

  reset(): void {
    this.#entries = []
  }

  #now(): number {
    return Math.round((performance.now() - this.#started) * 1000) / 1000
  }
}
