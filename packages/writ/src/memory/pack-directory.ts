import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Amounts, Omitted } from '@writ/contract'
import { codePath } from './code/code-path.ts'
import { KeptCode } from './code/kept-code.ts'
import { isRefusal } from './document-source.ts'
import { DocumentTable } from './document-table.ts'
import { gonePacks, orGone } from './gone-packs.ts'
import { type Advance, buildIndex, openIndex } from './index-file.ts'
import type { PackFile } from './pack-file.ts'
import type { PackIndex } from './pack-index.ts'
import { type Part, partsFile, wholeParts } from './pack-parts.ts'
import { PackSet, type SetPart } from './pack-set.ts'
import { PackWriter } from './pack-writer.ts'
import { type RankedPart, Ranking } from './ranking.ts'
import type { Candidate } from './selection.ts'

/** How often a file that changes while it is read is read again. */
const RETRIES = 3

/** Directories of finished packs and indexes, and of unfinished ones; all on one file system. */
export interface Places {
  readonly packs: string
  readonly indexes: string
  readonly scratch: string
  /** Whether what is put there must survive a power cut; texts that live as long as a store need not. */
  readonly durable: boolean
}

/** The packs of a partition and their indexes, opened. */
export interface OpenPack {
  readonly sha256: string
  readonly pack: PackSet
  /** Of each part of the set, in its order. */
  readonly indexes: readonly PackIndex[]
  readonly table: DocumentTable
  readonly ranking: Ranking
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
      const hash = writePack(unfinished, candidates, omitted)
      if (hash === undefined) return undefined
      this.keepPack(unfinished, hash)
      return hash
    } finally {
      rmSync(unfinished, { force: true })
    }
  }

  /** Gives a finished pack its name. The same name is the same content, unless a damaged file was cut short. */
  keepPack(finished: string, hash: string): void {
    const path = this.packPath(hash)
    if (sizeOf(path) !== sizeOf(finished)) this.#finish(finished, path)
  }

  /** Keeps a state of several parts, which are there; returns its hash. */
  keepParts(parts: readonly Part[]): string {
    const [first, ...others] = parts
    if (first !== undefined && others.length === 0 && first.gone.length === 0) return first.pack
    const { bytes, hash } = partsFile(parts)
    const unfinished = this.#unfinished()
    writeFileSync(unfinished, bytes, { mode: 0o600 })
    this.#finish(unfinished, join(this.#places.packs, `${hash}.parts`))
    return hash
  }

  /** Takes over the index of a pack that was made elsewhere, unless there is one. */
  keepIndex(finished: string, pack: string): void {
    const known = openIndex(this.indexPath(pack))
    if (known === undefined) this.#finish(finished, this.indexPath(pack))
    known?.close()
  }

  /** The parts of a state; undefined when it or one of them is gone. */
  parts(hash: string): readonly Part[] | undefined {
    return wholeParts(this.#places.packs, hash)
  }

  has(hash: string): boolean {
    return this.parts(hash) !== undefined
  }

  /**
   * Opens the packs of a state with their indexes, which are built where there are none; `counted` is its source, where that is
   * known. Throws `UNKNOWN_CORPUS` for packs that are gone.
   */
  open(hash: string, advance?: Advance, counted?: Amounts): OpenPack {
    const parts = this.parts(hash)
    if (parts === undefined) throw gonePacks(hash)
    try {
      return this.#open(hash, parts, advance, counted)
    } catch (error) {
      throw orGone(
        error,
        hash,
        parts.flatMap(({ pack }) => [this.packPath(pack), this.indexPath(pack)]),
      )
    }
  }

  #open(hash: string, parts: readonly Part[], advance?: Advance, counted?: Amounts): OpenPack {
    const pack = new PackSet(parts, (part) => this.packPath(part))
    const indexes: PackIndex[] = []
    try {
      const ranked: RankedPart[] = []
      for (const part of pack.parts) {
        const index = this.#index(part, advance)
        indexes.push(index)
        ranked.push({ index, gone: part.gone })
      }
      const table = new DocumentTable(ranked.map(({ index, gone }) => ({ db: index.db, gone })))
      const ranking = new Ranking(ranked, table)
      const isKept = (): boolean => this.has(hash)
      const code = new KeptCode(pack, {
        path: this.codePath(hash),
        durable: this.#places.durable,
        isKept,
        counted,
      })
      return { sha256: hash, pack, indexes, table, ranking, code }
    } catch (error) {
      for (const index of indexes) index.close()
      pack.close()
      throw error
    }
  }

  #index({ pack, file, gone }: SetPart, advance?: Advance): PackIndex {
    const path = this.indexPath(pack)
    const existing = openIndex(path)
    if (existing !== undefined) {
      if (advance !== undefined) {
        const { documents, bytes } = new DocumentTable([{ db: existing.db, gone }]).totals()
        advance(documents, bytes)
      }
      return existing
    }
    this.#build(file, path, advance)
    const index = openIndex(path)
    if (index === undefined) throw new Error(`the index just built cannot be opened: ${path}`)
    return index
  }

  #build(pack: PackFile, path: string, advance: Advance = () => {}): void {
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

  indexPath(pack: string): string {
    return join(this.#places.indexes, `${pack}.db`)
  }

  codePath(hash: string): string {
    return codePath(this.#places.indexes, hash)
  }

  packPath(hash: string): string {
    return join(this.#places.packs, `${hash}.pack`)
  }

  #unfinished(): string {
    return join(this.#places.scratch, `${randomUUID()}.tmp`)
  }
}

/** Packs documents at `path`; returns the hash, or undefined when every one of them was refused. */
export function writePack(
  path: string,
  candidates: readonly Candidate[],
  omitted: Omitted[],
): string | undefined {
  const writer = new PackWriter(path)
  try {
    for (const { id, feed, asked } of candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      let outcome = writer.add(id, feed)
      // A file that somebody was just writing is read again, and left out when that goes on.
      for (let again = 0; isRefusal(outcome) && outcome.code === 'changing' && again < RETRIES; again += 1)
        outcome = writer.add(id, feed)
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

/** Has a file on the disk. */
export function flush(path: string): void {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
