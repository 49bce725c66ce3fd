import type { Hash } from 'node:crypto'
import { closeSync, existsSync, fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { WritError } from '@writ/contract'
import { replaceFile } from '../disk/durable-file.ts'
import { bootId } from './boot-id.ts'
import {
  FLUSHED_SLOTS,
  formatHeadFile,
  formatSlot,
  type Head,
  headPath,
  LATEST_SLOT,
  nameOf,
  readHead,
  SLOT_BYTES,
} from './head-file.ts'
import { beginRoot, lastRow } from './heads.ts'

/**
 * Milliseconds from a flushed commit to the flush of its head. Flushing both before each acknowledgement would halve the
 * rate. So after a power cut, damage to what was flushed in these last milliseconds is not told from the cut.
 */
const FLUSH_AFTER_MS = 50

/**
 * Keeps the head of a shard while it is written: a row in each commit, then the same in the head file.
 *
 * INVARIANT: the file never says more than the database holds. A slot is written after its commit, and a flushed slot only
 * after a flushed commit and after the flush of the other slot.
 */
export class HeadWriter {
  readonly #shard: string
  readonly #file: number
  readonly #boot: string | undefined = bootId()
  readonly #addRow: StatementSync
  #head: Head
  #root: Hash
  #records = 0
  /** Head of the last flushed commit; undefined once it is on disk. */
  #unflushed: Head | undefined
  /** Slot of the last flushed head: the other one is written next. */
  #slot: number
  #timer: NodeJS.Timeout | undefined
  #flushing = false
  #closed = false
  /** Why a flush failed: set once, never cleared. */
  #failure: Error | undefined

  /** Takes up the head of a shard whose database agrees with its file, or begins the file. */
  constructor(db: DatabaseSync, shard: string) {
    const row = lastRow(db)
    if (row === undefined) throw new WritError('LEDGER_FAILED', `${shard} has no heads`)
    const path = headPath(shard)
    this.#shard = nameOf(shard)
    this.#addRow = db.prepare('INSERT INTO heads(seq, records, root) VALUES (?, ?, ?)')
    this.#head = { ...row, run: '' }
    this.#root = beginRoot(row.root)
    if (!existsSync(path)) replaceFile(path, formatHeadFile(this.#shard, this.#head, this.#boot), 0o600)
    this.#slot = readHead(shard)?.slot ?? FLUSHED_SLOTS[0]
    this.#file = openSync(path, 'r+')
  }

  /** Counts a record that the commit under way adds. */
  add(record: Uint8Array): void {
    this.#root.update(record)
    this.#records += 1
  }

  /** Adds the row of the commit under way, inside its transaction. `run` is one it writes. */
  extend(run: string): void {
    const { seq, records } = this.#head
    const root = this.#root.digest()
    this.#head = { seq: seq + 1, records: records + this.#records, root: root.toString('hex'), run }
    this.#addRow.run(this.#head.seq, this.#head.records, root)
    this.#root = beginRoot(this.#head.root)
    this.#records = 0
  }

  /** Writes the head of the commit just made, and has it flushed soon when the commit was. */
  publish(flushed: boolean): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#boot !== undefined) this.#write(LATEST_SLOT, this.#head, this.#boot)
    if (!flushed) return
    this.#unflushed = this.#head
    this.#flushSoon()
  }

  /** Flushes what is not yet, and lets go of the file. */
  close(): void {
    clearTimeout(this.#timer)
    this.#closed = true
    try {
      if (this.#writeFlushed()) fdatasyncSync(this.#file)
    } finally {
      if (!this.#flushing) closeSync(this.#file)
    }
  }

  #flushSoon(): void {
    if (this.#timer !== undefined || this.#flushing || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#flush()
    }, FLUSH_AFTER_MS)
  }

  #flush(): void {
    if (this.#failure !== undefined || !this.#writeFlushed()) return
    this.#flushing = true
    fdatasync(this.#file, (error) => {
      this.#flushing = false
      this.#failure ??= error ?? undefined
      if (this.#closed) closeSync(this.#file)
      else if (this.#unflushed !== undefined) this.#flushSoon()
    })
  }

  /** Writes the head of the last flushed commit into the older slot; says whether there was one to write. */
  #writeFlushed(): boolean {
    const head = this.#unflushed
    if (head === undefined) return false
    this.#unflushed = undefined
    const [first, second] = FLUSHED_SLOTS
    this.#slot = this.#slot === first ? second : first
    this.#write(this.#slot, head, undefined)
    return true
  }

  #write(slot: number, head: Head, boot: string | undefined): void {
    const bytes = formatSlot(this.#shard, head, boot)
    const written = writeSync(this.#file, bytes, 0, bytes.length, slot * SLOT_BYTES)
    if (written !== SLOT_BYTES)
      throw new WritError('LEDGER_FAILED', `the head of ${this.#shard} was cut short`)
  }
}
