import { WritError } from '@writ/contract'
import { onAbort } from '../basis/on-abort.ts'

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
    // A signal made of others costs three times as much, and stays in memory for some time.
    const forget = onAbort(above, () => cancel.abort(above.reason))
    if (above.aborted) cancel.abort(above.reason)
    const done = work(cancel.signal)
    const ended = done
      .catch(() => undefined)
      .finally(() => {
        forget()
        this.#calls.delete(call)
      })
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
