import { readFileSync } from 'node:fs'
import { WritError } from '@writ/contract'
import { bytesEqual, hex, type LogCheckpoint, parseLogCheckpoint } from '@writ/evidence'
import { replaceFile } from '../disk/durable-file.ts'
import type { LogStore } from './log-store.ts'

/**
 * The checkpoint a log last published, in a file beside its store or among its tiles. INVARIANT: it only ever moves to a larger tree, and
 * nothing is signed unless the stored tree has the published one as its prefix.
 */
export class PublishedCheckpoint {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Throws `LOG_ROLLED_BACK` or `LOG_FORKED` when the store cannot be what the published checkpoint was made from. */
  check(store: Pick<LogStore, 'origin' | 'size' | 'root'>): void {
    const published = this.read()
    if (published === undefined) return
    const { origin, size, root } = published
    if (origin !== store.origin) {
      throw new WritError(
        'LOG_FORKED',
        `${this.#path} is of the log ${origin}; the store is ${store.origin}.`,
      )
    }
    if (size > store.size) {
      throw new WritError(
        'LOG_ROLLED_BACK',
        `${this.#path} was published for ${size} statements; the store has ${store.size}.`,
      )
    }
    if (!bytesEqual(store.root(size), root)) {
      throw new WritError(
        'LOG_FORKED',
        `${this.#path} has root ${hex(root)} for ${size} statements; the store gives ${hex(store.root(size))}.`,
      )
    }
  }

  read(): LogCheckpoint | undefined {
    let bytes: Uint8Array
    try {
      bytes = readFileSync(this.#path)
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
      throw new WritError('LOG_FAILED', `${this.#path} cannot be read.`, { cause })
    }
    try {
      return parseLogCheckpoint(bytes, this.#path)
    } catch (cause) {
      throw new WritError('LOG_FORKED', `${this.#path} is no checkpoint of this log.`, { cause })
    }
  }

  /** Publishes a signed checkpoint, unless a larger tree was published meanwhile; call it with the store locked. */
  advance(note: Uint8Array): void {
    const { size } = parseLogCheckpoint(note, 'checkpoint')
    if (size > (this.read()?.size ?? 0)) replaceFile(this.#path, note, 0o644)
  }
}
