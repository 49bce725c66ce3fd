import type { Answer, RunEvent } from '@writ/contract'

/** What a stream gives: what happens, and how much of it was not kept for a reader that was too slow. */
export type StreamEvent = RunEvent | { readonly type: 'missed'; readonly events: number }

/**
 * A run that is watched: its events for one reader, in order, and its answer. The run never waits for its reader. Leaving
 * the loop ends neither the run nor the answer; a signal does. A run that rejects ends the loop with its error.
 */
export interface RunStream extends AsyncIterable<StreamEvent> {
  readonly answer: Promise<Answer>
}

/** Events kept for a reader that is slower than the run; older ones are counted instead. */
const MOST_HELD = 10_000

/** Streams what `ask` comes to. */
export function streamRun(ask: (onEvent: (event: RunEvent) => void) => Promise<Answer>): RunStream {
  const held = new HeldEvents()
  const answer = ask((event) => held.add(event))
  // Who reads only the events learns of a failure from them.
  answer.then(
    () => held.end(),
    () => held.end(),
  )
  return {
    answer,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const event = await held.next()
          if (event === undefined) break
          yield event
        }
      } finally {
        held.leave()
      }
      await answer
    },
  }
}

/** Events between a run and its reader. */
class HeldEvents {
  readonly #events: RunEvent[] = []
  #missed = 0
  #ended = false
  #left = false
  #came = Promise.withResolvers<void>()

  add(event: RunEvent): void {
    if (this.#left) return
    this.#events.push(event)
    if (this.#events.length > MOST_HELD) {
      this.#events.shift()
      this.#missed += 1
    }
    this.#came.resolve()
  }

  end(): void {
    this.#ended = true
    this.#came.resolve()
  }

  /** Nobody reads any more: nothing is kept. */
  leave(): void {
    this.#left = true
    this.#events.length = 0
  }

  /** The next event; undefined after the last one. */
  async next(): Promise<StreamEvent | undefined> {
    while (this.#events.length === 0 && !this.#ended) {
      this.#came = Promise.withResolvers()
      await this.#came.promise
    }
    if (this.#missed === 0) return this.#events.shift()
    const events = this.#missed
    this.#missed = 0
    return { type: 'missed', events }
  }
}
