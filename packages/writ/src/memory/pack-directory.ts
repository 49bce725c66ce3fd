import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Omitted } from '@writ/contract'
import { KeptCode } from './code/kept-code.ts'
import { isRefusal } from './document-source.ts'
import { type Advance, buildIndex, openIndex } from './index-file.ts'
import { PackFile } from './pack-file.ts'
import { PackWriter } from './pack-writer.ts'
import type { Candidate } from './selection.ts'

/** Directories of finished packs and indexes, and of unfinished ones; all on one file system. */
export interface Places {
  readonly packs: string
  readonly indexes: string
  readonly scratch: string
  /** Whether what is put there must survive a power cut; texts that live as long as a store need not. */
  readonly durable: boolean
}

/** A pack and its index, opened. */
export interface OpenPack {
  readonly sha256: string
  readonly pack: PackFile
  readonly index: DatabaseSync
  readonly code: KeptCode
}

/**
 * Packs and indexes by content. Files appear under their final name complete or not at all, so any number of
 * processes may put the same content at once.
 */
export class PackDirectory {
  readonly #places: Places

  constructor(places: Places) {
    this.#places = places
  }

  /** Packs documents; returns the hash of the pack, or undefined when every one of them was refused. */
  put(candidates: readonly Candidate[], omitted: Omitted[]): string | undefined {
    const unfinished = this.#unfinished()
    try {
      const hash = write(unfinished, candidates, omitted)
      if (hash === undefined) return undefined
      const path = this.#packPath(hash)
      // The same name is the same content, unless a damaged file was cut short.
      if (sizeOf(path) !== sizeOf(unfinished)) this.#finish(unfinished, path)
      return hash
    } finally {
      rmSync(unfinished, { force: true })
    }
  }

  has(hash: string): boolean {
    return sizeOf(this.#packPath(hash)) !== undefined
  }

  /** Opens a pack with its index, which is built when there is none. */
  open(hash: string, advance: Advance): OpenPack {
    const pack = new PackFile(this.#packPath(hash))
    try {
      const path = join(this.#places.indexes, `${hash}.db`)
      const existing = openIndex(path)
      if (existing === undefined) this.#build(pack, path, advance)
      else for (const doc of pack.documents) advance(1, doc.bytes)
      const index = existing ?? openIndex(path)
      if (index === undefined) throw new Error(`the index just built cannot be opened: ${path}`)
      return { sha256: hash, pack, index, code: new KeptCode(pack, this.#codePlaces(hash)) }
    } catch (error) {
      pack.close()
      throw error
    }
  }

  #build(pack: PackFile, path: string, advance: Advance): void {
    const unfinished = this.#unfinished()
    try {
      buildIndex(pack, unfinished, advance)
      this.#finish(unfinished, path)
    } finally {
      rmSync(unfinished, { force: true })
    }
  }

  #finish(unfinished: string, path: string): void {
    if (this.#places.durable) flush(unfinished)
    renameSync(unfinished, path)
  }

  #codePlaces(hash: string) {
    const { indexes, scratch, durable } = this.#places
    return { path: join(indexes, `${hash}.code`), scratch, durable }
  }

  #packPath(hash: string): string {
    return join(this.#places.packs, `${hash}.pack`)
  }

  #unfinished(): string {
    return join(this.#places.scratch, `${randomUUID()}.tmp`)
  }
}

function write(path: string, candidates: readonly Candidate[], omitted: Omitted[]): string | undefined {
  const writer = new PackWriter(path)
  try {
    for (const { id, feed, asked } of candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      let outcome = writer.add(id, feed)
      if (isRefusal(outcome) && outcome.code === 'secret' && asked !== undefined)
        outcome = writer.add(id, asked)
      if (isRefusal(outcome)) omitted.push({ doc: id, ...outcome })
      else if (outcome.masked !== undefined) omitted.push({ doc: id, code: 'masked', reason: outcome.masked })
    }
    return writer.documents === 0 ? undefined : writer.finish()
  } finally {
    writer.close()
  }
}

function flush(path: string): void {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
