import { constants } from 'node:buffer'
import type { Socket } from 'node:net'

/** The child's descriptor for the messages. */
export const WIRE_FD = 3

const NEWLINE = 0x0a

/** Bytes of the longest line that is taken: more than a string can hold is no message. */
const MOST_BYTES = constants.MAX_STRING_LENGTH

export interface WireEvents {
  onMessage(value: unknown): void
  /** The other side wrote what is no message. Nothing more is heard of it. */
  onBroken(reason: string): void
}

/**
 * JSON messages over a socket, a line each. Node's own channel for children would end this process when the other side
 * writes anything else, and would take file descriptors from it.
 */
export class Wire {
  readonly #socket: Socket
  readonly #events: WireEvents
  #begun: Buffer[] = []
  #size = 0

  constructor(socket: Socket, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => undefined) // the end of the process says it
  }

  send(value: unknown): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(value)}\n`)
  }

  /** Hears and sends nothing more, which the other side sees. */
  close(): void {
    this.#begun = []
    this.#socket.removeAllListeners('data')
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end))
      start = end + 1
      if (!this.#hear()) return
    }
    this.#keep(chunk.subarray(start))
    if (this.#size > MOST_BYTES) this.#break('a line that is too long')
  }

  /** Passes the line that is complete on; false when it is no message. */
  #hear(): boolean {
    const line = this.#size > MOST_BYTES ? '' : Buffer.concat(this.#begun).toString()
    this.#begun = []
    this.#size = 0
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      this.#break('a line that is no JSON')
      return false
    }
    this.#events.onMessage(value)
    return true
  }

  #keep(part: Buffer): void {
    this.#begun.push(part)
    this.#size += part.length
  }

  #break(reason: string): void {
    this.close()
    this.#events.onBroken(reason)
  }
}
