import { type FileHandle, open } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentInfo, Partition, TableInfo } from '@writ/contract'
import { DocumentTable, infoOf, type TablePart } from './document-table.ts'
import { openTables } from './open-tables.ts'
import type { PackedDocument } from './pack-layout.ts'
import { readTables } from './tables/read-tables.ts'
import type { LoadedPartition } from './worker-calls.ts'

/** A document with the pack it is in. */
export interface StoredDocument {
  readonly info: DocumentInfo
  readonly layout: PackedDocument
  readonly file: FileHandle
}

/**
 * A partition on the main thread, with its packs and the tables of their indexes open: that a later ingestion removes them is
 * nothing to it. Documents are read from there when they are asked for.
 */
export class StoredPartition {
  readonly partition: Partition
  readonly #files: readonly FileHandle[]
  readonly #table: DocumentTable
  #documents: readonly DocumentInfo[] | undefined
  #tables: readonly TableInfo[] | undefined

  private constructor(partition: Partition, files: readonly FileHandle[], parts: readonly TablePart[]) {
    this.partition = partition
    this.#files = files
    this.#table = new DocumentTable(parts)
  }

  static async open({ partition, parts }: LoadedPartition): Promise<StoredPartition> {
    const files: FileHandle[] = []
    const opened: { readonly db: DatabaseSync; readonly gone: readonly number[] }[] = []
    try {
      for (const { pack, index, gone } of parts) {
        files.push(await open(pack, 'r'))
        const db = openTables(index)
        if (db === undefined) throw new Error(`the index ${index} cannot be opened`)
        opened.push({ db, gone })
      }
      return new StoredPartition(partition, files, opened)
    } catch (error) {
      for (const { db } of opened) db.close()
      await Promise.all(files.map((file) => file.close()))
      throw error
    }
  }

  /** A document that counts, or undefined. */
  locate(doc: string): StoredDocument | undefined {
    const known = this.#table.byId(doc)
    const file = known && this.#files[known.layout.part]
    if (known === undefined || file === undefined) return undefined
    return { info: infoOf(known, this.partition.id), layout: known.layout, file }
  }

  /** Documents in order of id: all of them, or the first. */
  documents(most?: number): readonly DocumentInfo[] {
    if (most !== undefined && this.#documents === undefined)
      return this.#table.list(most).map((known) => infoOf(known, this.partition.id))
    this.#documents ??= this.#table.list().map((known) => infoOf(known, this.partition.id))
    return most === undefined ? this.#documents : this.#documents.slice(0, most)
  }

  tables(): readonly TableInfo[] {
    this.#tables ??= readTables(this.#table.parts, this.partition.id)
    return this.#tables
  }

  async close(): Promise<void> {
    for (const { db } of this.#table.parts) db.close()
    await Promise.all(this.#files.map((file) => file.close()))
  }
}
