import { constants } from 'node:buffer'
import type { Socket } from 'node:net'
import { isWithin, type JsonSize } from './json-size.ts'

/** The child's descriptor for the messages. */
export const WIRE_FD = 3

const NEWLINE = 0x0a

/** More than a string can hold is no message. */
const LONGEST_STRING = constants.MAX_STRING_LENGTH
/** Room that is kept for the next line when a longer one has been heard. */
const KEPT_BYTES = 64 * 1024
const NOTHING = Buffer.alloc(0)

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
  readonly #most: JsonSize | undefined
  /** Holds the line that has begun, in its first `#size` bytes. */
  #line = NOTHING
  #size = 0

  /** A line that is larger than `most` is not parsed, nor kept whole. */
  constructor(socket: Socket, events: WireEvents, most?: JsonSize) {
    this.#socket = socket
    this.#events = events
    this.#most = most
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => undefined) // the end of the process says it
  }

  send(value: unknown): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(value)}\n`)
  }

  /** Hears and sends nothing more, which the other side sees. */
  close(): void {
    this.#line = NOTHING
    this.#socket.removeAllListeners('data')
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (!this.#keep(chunk.subarray(start, end))) return
      start = end + 1
      this.#hear()
      if (this.#socket.destroyed) return // whoever heard it closed the wire
    }
    this.#keep(chunk.subarray(start))
  }

  /** Adds to the line that has begun; false when it is too long. */
  #keep(part: Buffer): boolean {
    const size = this.#size + part.length
    if (size > (this.#most?.bytes ?? LONGEST_STRING)) {
      this.#break('a line that is too long')
      return false
    }
    if (size > this.#line.length) {
      // Doubled, so that a line of many small parts takes no more than its length.
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#line.length))
      this.#line.copy(larger, 0, 0, this.#size)
      this.#line = larger
    }
    part.copy(this.#line, this.#size)
    this.#size = size
    return true
  }

  /** Passes the line that is complete on. */
  #hear(): void {
    const line = this.#line.toString('utf8', 0, this.#size)
    if (this.#line.length > KEPT_BYTES) this.#line = NOTHING
    this.#size = 0
    if (this.#most !== undefined && !isWithin(line, this.#most)) {
      this.#break('a line that holds too much')
      return
    }
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      this.#break('a line that is no JSON')
      return
    }
    this.#events.onMessage(value)
  }

  #break(reason: string): void {
    this.close()
    this.#events.onBroken(reason)
  }
}
