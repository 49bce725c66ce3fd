import { createHash, type Hash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { defined } from '@writ/contract'
import { type Fed, type Feed, isRefusal } from './document-source.ts'
import { extractRow, type NewExtract } from './extract.ts'
import { LineBreaker } from './line-breaker.ts'
import type { Refusal } from './refusal.ts'

/** First words of the last line of a pack; the position where documents end follows, in 19 digits. */
export const FOOTER_TAG = 'writ.pack/1 '
const NEWLINE = Buffer.from('\n')
export const FOOTER_BYTES: number = FOOTER_TAG.length + 19 + 1

/** The row of a document, which is complete once it is known where the notes on it stand. */
interface Row {
  readonly fields: readonly unknown[]
  readonly extract?: NewExtract
  readonly day?: string
}

/**
 * Writes a pack: the text of its documents one after another, each starting on a new line and none of its lines
 * too long, then what parsers knew of them, then one JSON line per document, then the footer. So the hash of the file binds ids and boundaries too,
 * and everything else about a corpus can be built again from its packs.
 * INVARIANT: a refused document leaves no trace.
 */
export class PackWriter {
  readonly #fd: number
  readonly #table: Row[] = []
  #hash: Hash = createHash('sha256')
  #position = 0

  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o600)
  }

  get documents(): number {
    return this.#table.length
  }

  /** Adds a document. Ids must come in ascending order, so that the order of the pack is the order of results. */
  add(id: string, feed: Feed): Fed | Refusal {
    const position = this.#position
    const hash = this.#hash.copy()
    const lines = new LineBreaker()
    const outcome = feed((piece) => lines.push(piece, this.#write))
    if (isRefusal(outcome)) {
      ftruncateSync(this.#fd, position)
      this.#position = position
      this.#hash = hash
      return outcome
    }
    lines.end(this.#write)
    const { original, extract, day } = outcome
    const fields = [id, position, this.#position - position, lines.bytes, lines.newlines, lines.breaks]
    const ofFile = original === undefined ? null : [original.encoding, original.bytes, original.marks]
    const behind = extract !== undefined || day !== undefined
    this.#table.push({
      fields: ofFile === null && !behind ? fields : [...fields, ofFile],
      ...defined({ extract, day }),
    })
    return outcome
  }

  /** Completes the pack; returns the SHA-256 (hex) of the file. */
  finish(): string {
    const rows = this.#table.map((row) => this.#complete(row))
    const end = this.#position
    for (const row of rows) this.#write(Buffer.from(`${row}\n`))
    this.#write(Buffer.from(`${FOOTER_TAG}${String(end).padStart(19, '0')}\n`))
    return this.#hash.digest('hex')
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** Writes the notes on a document, and gives its row. */
  #complete({ fields, extract, day }: Row): string {
    const last = day === undefined ? [] : [day]
    if (extract === undefined) return JSON.stringify(day === undefined ? fields : [...fields, null, day])
    const { notes, tables, ...rest } = extract
    const ranges = {
      ...(notes === undefined ? {} : { notes: this.#line(notes()) }),
      ...(tables === undefined ? {} : { tables: this.#line(tables()) }),
    }
    return JSON.stringify([...fields, extractRow({ ...rest, ...ranges }), ...last])
  }

  #line(bytes: Buffer): { readonly position: number; readonly length: number } {
    const position = this.#position
    this.#write(Buffer.concat([bytes, NEWLINE]))
    return { position, length: bytes.length }
  }

  #write = (bytes: Buffer): void => {
    this.#hash.update(bytes)
    for (let sent = 0; sent < bytes.length; ) {
      const written = writeSync(this.#fd, bytes, sent, bytes.length - sent, this.#position)
      sent += written
      this.#position += written
    }
  }
}
