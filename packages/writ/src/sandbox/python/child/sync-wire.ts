import { readSync, writeSync } from 'node:fs'
import { WIRE_FD } from '../../../confinement/wire.ts'

const NEWLINE = 0x0a
const CHUNK_BYTES = 1024 * 1024

/** JSON messages over the wire, a line each, read and written by a process that has nothing else to do meanwhile. */
export class SyncWire {
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  #rest: Buffer = Buffer.alloc(0)

  /** The next message. The process ends when the other side is gone. */
  read(): unknown {
    const parts: Buffer[] = []
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      if (end !== -1) {
        parts.push(this.#rest.subarray(0, end))
        this.#rest = this.#rest.subarray(end + 1)
        return JSON.parse(Buffer.concat(parts).toString('utf8'))
      }
      parts.push(this.#rest)
      const read = readSync(WIRE_FD, this.#chunk, 0, CHUNK_BYTES, null)
      if (read === 0) process.exit(0)
      this.#rest = Buffer.from(this.#chunk.subarray(0, read))
    }
  }

  send(message: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
    for (let at = 0; at < bytes.length; ) at += writeSync(WIRE_FD, bytes, at)
  }
}
