import type { DatabaseSync } from 'node:sqlite'
import type { RunHead } from '@writ/contract'
import { STATUSES, WritError } from '@writ/contract'
import type { Home } from './home.ts'
import type { Batch, Request } from './messages.ts'
import { decrypt } from './run-cipher.ts'
import { isRunId, readRunKey } from './run-key.ts'
import { RunRecords } from './run-records.ts'
import { openForReading, shardPaths } from './shard.ts'
import { asDamage, isDamage } from './shard-health.ts'

const RECORDS_PER_BATCH = 256 // at most 16 MiB in one message

type Row = Readonly<Record<string, unknown>>

interface Place {
  readonly shard: string
  readonly db: DatabaseSync
  readonly id: number
}

/** Reads every shard of the home, whoever writes it. Takes no lock and leaves no read transaction open. */
export class Reader {
  readonly #home: Home
  readonly #shards = new Map<string, DatabaseSync>()
  /** What is wrong with each shard that cannot be read, by its path: a run that is nowhere else may be in one. */
  readonly #damage = new Map<string, unknown>()
  readonly #places = new Map<string, Place>()

  constructor(home: Home) {
    this.#home = home
  }

  /** Newest first. A question whose key is gone or wrong is the empty string. */
  runs(): readonly RunHead[] {
    const heads = [...this.#open()].flatMap(([path, db]) =>
      this.#rows(path, db).map((row) => this.#head(row)),
    )
    return heads.toSorted((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1))
  }

  /** Paths of the shards whose runs nobody can list. */
  damaged(): readonly string[] {
    for (const [path, db] of this.#open()) this.#rows(path, db)
    return [...this.#damage.keys()]
  }

  has(run: string): boolean {
    return this.#locate(run) !== undefined
  }

  /** Why a run is not found. */
  unknown(run: string): unknown {
    return (
      this.#firstDamage() ??
      new WritError('UNKNOWN_RUN', `there is no run ${run} in ${this.#home.root}`, { run })
    )
  }

  /** The path of the shard a run is in. */
  shardOf(run: string): string | undefined {
    return this.#locate(run)?.shard
  }

  records({ run, from }: Request<'records'>): Batch {
    const place = this.#locate(run)
    if (place === undefined) throw this.unknown(run)
    const rows = new RunRecords(place.db).from(place.id, from, RECORDS_PER_BATCH)
    const records = rows.map((row, index) => {
      if (row.seq !== from + index) throw broken(`record ${from + index} of run ${run} is missing`)
      return blob(row, 'bytes')
    })
    return { records, more: records.length === RECORDS_PER_BATCH }
  }

  payload({ run, path }: Request<'payload'>): Uint8Array<ArrayBuffer> | undefined {
    const sealed = this.sealedPayload({ op: 'sealedPayload', run, path })
    const key = sealed && readRunKey(this.#home.runKeys, run)
    return sealed && key && decrypt(key, { run, kind: 'payload', path }, sealed)
  }

  sealedPayload({ run, path }: Request<'sealedPayload'>): Uint8Array | undefined {
    const place = this.#find(run)
    const row = place?.db
      .prepare('SELECT ciphertext FROM payloads WHERE run = ? AND path = ?')
      .get(place.id, path)
    return row && blob(row, 'ciphertext')
  }

  payloadPaths({ run, prefix }: Request<'payloadPaths'>): readonly string[] {
    const place = this.#find(run)
    const rows = place?.db
      .prepare('SELECT path FROM payloads WHERE run = ? AND path >= ? AND path < ? ORDER BY path')
      .all(place.id, prefix, `${prefix}\u{10ffff}`)
    return (rows ?? []).map((row) => String(row.path))
  }

  key({ run }: Request<'key'>): Uint8Array | undefined {
    return this.#find(run) === undefined ? undefined : readRunKey(this.#home.runKeys, run)
  }

  /** Closes a shard until it is read again. */
  release(path: string): void {
    this.#shards.get(path)?.close()
    this.#shards.delete(path)
    for (const [run, { shard }] of this.#places) if (shard === path) this.#places.delete(run)
  }

  close(): void {
    for (const db of this.#shards.values()) db.close()
    this.#shards.clear()
    this.#places.clear()
    this.#damage.clear()
  }

  /** Where a run is. Throws when it is nowhere and may be in a shard that is damaged. */
  #find(run: string): Place | undefined {
    const place = this.#locate(run)
    const damage = this.#firstDamage()
    if (place === undefined && damage !== undefined) throw damage
    return place
  }

  #firstDamage(): unknown {
    return this.#damage.values().next().value
  }

  #locate(run: string): Place | undefined {
    const known = this.#places.get(run)
    if (known !== undefined || !isRunId(run)) return known
    for (const [shard, db] of this.#open()) {
      const id = db.prepare('SELECT id FROM runs WHERE run = ?').get(run)?.id
      if (typeof id !== 'number') continue
      const place = { shard, db, id }
      this.#places.set(run, place)
      return place
    }
    return undefined
  }

  #open(): ReadonlyMap<string, DatabaseSync> {
    for (const path of shardPaths(this.#home.ledger)) {
      if (this.#shards.has(path)) continue
      const db = this.#openOne(path)
      if (db !== undefined) this.#shards.set(path, db)
    }
    return this.#shards
  }

  /** Undefined while a shard is being made, or when it is damaged: one bad shard must not hide the others. */
  #openOne(path: string): DatabaseSync | undefined {
    try {
      const db = openForReading(path)
      this.#damage.delete(path) // a loss may have been accepted since
      return db
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#damage.set(path, error)
      return undefined
    }
  }

  /** The rows of the runs of a shard; none of one that is damaged. */
  #rows(path: string, db: DatabaseSync): readonly Row[] {
    try {
      return db.prepare('SELECT run, question, status, started_at FROM runs').all()
    } catch (error) {
      const damage = asDamage(path, error)
      if (!isDamage(damage)) throw error
      this.#damage.set(path, damage)
      return []
    }
  }

  #head(row: Row): RunHead {
    const { run, status, started_at: startedAt } = row
    if (typeof run !== 'string' || typeof startedAt !== 'number' || !isStatus(status)) {
      throw broken(`run ${String(run)} has status ${String(status)} and start ${String(startedAt)}`)
    }
    return { run, question: this.#question(run, blob(row, 'question')), status, startedAt }
  }

  #question(run: string, sealed: Uint8Array): string {
    try {
      const key = readRunKey(this.#home.runKeys, run)
      return key === undefined
        ? ''
        : new TextDecoder().decode(decrypt(key, { run, kind: 'question' }, sealed))
    } catch {
      return '' // one bad key file must not hide the other runs
    }
  }
}

function isStatus(value: unknown): value is RunHead['status'] {
  return value === 'open' || value === 'aborted' || STATUSES.some((status) => status === value)
}

function blob(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw broken(`column ${column} holds no bytes`)
}

function broken(message: string): WritError {
  return new WritError('LEDGER_FAILED', message)
}
