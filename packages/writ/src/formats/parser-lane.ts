import type { ParseRefusal } from '@writ/contract'
import type { Child } from '../confinement/child.ts'
import { Heard, lost, type Outcome } from './heard.ts'
import { CHUNK_BYTES, IDLE_MS, MS_PER_MIB } from './limits.ts'
import type { ToParser } from './messages.ts'
import { parserMessage } from './parser-message.ts'

/** What is asked of a child once it has the bytes. */
export type Asked = Exclude<ToParser, { readonly type: 'bytes' }>

/** What a file comes to whose parser was closed. It says nothing of the file. */
export const CLOSED: ParseRefusal = {
  code: 'damaged',
  reason: 'its parser was closed before it was read',
}

/** One file after another: each has the child for itself, which is started for the first and ends when there are no more. */
export class ParserLane {
  readonly #start: () => Promise<Child<ToParser>>
  readonly #baseMs: number
  #child: Child<ToParser> | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** Ends the reading of the file that the child has. */
  #stop: (() => void) | undefined
  #closed = false

  constructor(start: () => Promise<Child<ToParser>>, baseMs: number) {
    this.#start = start
    this.#baseMs = baseMs
  }

  /** How many files it has to read. */
  get waiting(): number {
    return this.#waiting
  }

  async read(message: Asked, bytes: Uint8Array): Promise<Outcome> {
    this.#waiting += 1
    const parsed = this.#last.then(() => this.#parse(message, bytes))
    this.#last = parsed.catch(() => undefined)
    try {
      return await parsed
    } finally {
      this.#waiting -= 1
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    const child = this.#child
    this.#child = undefined
    this.#stop?.()
    await child?.close()
    await this.#last
  }

  async #parse(message: Asked, bytes: Uint8Array): Promise<Outcome> {
    if (this.#closed) return CLOSED
    clearTimeout(this.#idle)
    const child = await this.#up()
    if (this.#closed) {
      await child.close()
      return CLOSED
    }
    const outcome = await this.#ask(child, message, bytes)
    if (this.#child === child) this.#wait(child)
    return outcome
  }

  async #up(): Promise<Child<ToParser>> {
    if (this.#child === undefined || this.#child.gone !== undefined) this.#child = await this.#start()
    return this.#child
  }

  #ask(child: Child<ToParser>, message: Asked, bytes: Uint8Array): Promise<Outcome> {
    const most = this.#baseMs + Math.floor(bytes.length / 1024 ** 2) * MS_PER_MIB
    return new Promise((resolve) => {
      const heard = new Heard()
      const end = (outcome: Outcome, broken: boolean): void => {
        clearTimeout(timer)
        this.#stop = undefined
        if (broken) {
          child.kill()
          if (this.#child === child) this.#child = undefined
        }
        resolve(outcome)
      }
      const timer = setTimeout(
        () =>
          end({ code: 'limits', reason: `reading it took longer than ${Math.round(most / 1000)} s` }, true),
        most,
      )
      this.#stop = () => end(CLOSED, true)
      child.own({
        onMessage: (value) => {
          const outcome = heard.take(parserMessage(value))
          // An engine that a text broke is not used for another.
          if (outcome !== undefined)
            end(outcome, 'code' in outcome && (heard.broken || message.type === 'code'))
        },
        onGone: (reason) => end(lost(reason), true),
      })
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES)
        child.send({ type: 'bytes', base64: Buffer.from(chunk).toString('base64') })
      }
      child.send(message)
    })
  }

  /** Keeps a child for the next file, for a while in which it keeps no process alive. */
  #wait(child: Child<ToParser>): void {
    child.unref()
    this.#idle = setTimeout(() => {
      this.#child = undefined
      child.kill()
    }, IDLE_MS).unref()
  }
}
