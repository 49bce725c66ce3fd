import { WritError } from '@writ/contract'

interface UnderWay {
  readonly cancel: AbortController
  readonly ended: Promise<unknown>
}

/** Calls of a guest that it may say it no longer needs, by their number. */
export class CallsUnderWay {
  readonly #calls = new Map<number, UnderWay>()

  /** Does the work of a call under a signal of its own, which ends with that of its frame. */
  begin<T>(call: number, above: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const cancel = new AbortController()
    const done = work(AbortSignal.any([above, cancel.signal]))
    const ended = done.catch(() => undefined).finally(() => this.#calls.delete(call))
    this.#calls.set(call, { cancel, ended })
    return done
  }

  /** Ends calls that nobody waits for any more, and waits until all of them are recorded. */
  async end(calls: readonly number[]): Promise<void> {
    const found = calls.flatMap((call) => this.#calls.get(call) ?? [])
    const reason = new WritError('CANCELLED', 'What this call was for has all it needs.')
    for (const { cancel } of found) cancel.abort(reason)
    await Promise.all(found.map(({ ended }) => ended))
  }
}
