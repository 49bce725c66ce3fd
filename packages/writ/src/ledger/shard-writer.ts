import { WritError, whyUnwritten } from '@writ/contract'
import type { Reply, Write } from './messages.ts'
import { DONE } from './messages.ts'
import { prepareStatements, RunWriter, type Statements } from './run-writer.ts'
import type { Shard } from './shard.ts'

type Level = 'NORMAL' | 'FULL'

/** One shard of this process and the runs open in it. Group commit: a group is one transaction and at most one flush. */
export class ShardWriter {
  readonly #shard: Shard
  readonly #statements: Statements
  readonly #runs = new Map<string, RunWriter>()
  /** Why a run takes nothing more. */
  readonly #failedRuns = new Map<string, string>()
  #level: Level = 'FULL'
  #dataVersion: unknown
  /** Why the shard takes nothing more: set once, never cleared. */
  #failure: string | undefined

  constructor(shard: Shard) {
    this.#shard = shard
    this.#statements = prepareStatements(shard.db)
    this.#dataVersion = this.#statements.dataVersion.get()?.data_version
  }

  get path(): string {
    return this.#shard.path
  }

  /** Whether the run is open here. */
  has(run: string): boolean {
    return this.#runs.has(run)
  }

  /** Throws `LEDGER_FAILED` once the shard takes nothing more. */
  requireSound(run: string): void {
    if (this.#failure !== undefined) throw new WritError('LEDGER_FAILED', this.#failure, { run })
  }

  /** Adds a run; on disk before this returns. */
  open(run: string, key: Uint8Array, question: Uint8Array, startedAt: number): void {
    const added = this.#transact('FULL', run, () => this.#statements.addRun.run(run, question, startedAt))
    this.#runs.set(run, new RunWriter(run, added.lastInsertRowid, key, this.#statements))
  }

  /** Opens a run that is stored here, to be written on. */
  resume(run: string, key: Uint8Array): void {
    this.#runs.set(run, RunWriter.resume(run, key, this.#statements))
  }

  /** Takes nothing more of a run, which stays as it is stored. */
  leave(run: string): void {
    this.#runs.delete(run)
    this.#failedRuns.delete(run)
  }

  /** Whether no run is open here. A shard that failed is kept: nothing of it may be written again by this process. */
  get idle(): boolean {
    return this.#runs.size === 0 && this.#failure === undefined
  }

  /** All of the group in one transaction, on disk when any entry wants that; replies in order. */
  commit(group: readonly Write[]): readonly Reply[] {
    const last = group.at(-1)
    if (last === undefined) return []
    try {
      const replies = this.#transact(levelOf(group), last.run, () => group.map((entry) => this.#take(entry)))
      this.#verify()
      return replies
    } catch (error) {
      const failure = this.#fail(error)
      return group.map((entry) => refusal(entry.run, failure))
    }
  }

  close(): void {
    this.#failure ??= 'the ledger is closed'
    this.#shard.close()
  }

  /**
   * Nothing but this connection writes the shard. SQLite tells when something else did after all, and then every run must
   * still end where it was counted to.
   */
  #verify(): void {
    const version = this.#statements.dataVersion.get()?.data_version
    if (version === this.#dataVersion) return
    for (const run of this.#runs.values()) run.verify()
    this.#dataVersion = version
  }

  #take(entry: Write): Reply {
    const run = this.#runs.get(entry.run)
    if (run === undefined) return refusal(entry.run, 'the run is not open')
    const fault = this.#failedRuns.get(entry.run) ?? run.take(entry)
    if (fault !== undefined) {
      this.#failedRuns.set(entry.run, fault)
      return refusal(entry.run, fault)
    }
    if (entry.op === 'append') this.#shard.head.add(entry.record)
    if (run.ended) this.#runs.delete(entry.run)
    return DONE
  }

  /** One commit, and then its head: acknowledged only when both are as durable as `level` says. `run` is one it writes. */
  #transact<T>(level: Level, run: string, work: () => T): T {
    if (this.#failure !== undefined) throw new WritError('LEDGER_FAILED', this.#failure)
    const { db, head } = this.#shard
    try {
      if (level !== this.#level) db.exec(`PRAGMA synchronous = ${level}`)
      this.#level = level
      this.#statements.begin.run()
      const result = work()
      head.extend(run)
      this.#statements.commit.run()
      head.publish(level === 'FULL')
      return result
    } catch (error) {
      const failure = this.#fail(error)
      rollBack(this.#shard)
      throw new WritError('LEDGER_FAILED', failure, { cause: error })
    }
  }

  #fail(error: unknown): string {
    this.#failure ??= `the shard cannot be written: ${whyUnwritten(error)}`
    return this.#failure
  }
}

/** FULL puts a group on disk, and with it everything committed before; NORMAL survives a kill of the process. */
export function levelOf(group: readonly Write[]): Level {
  return group.some((entry) => entry.op !== 'append' || entry.flush) ? 'FULL' : 'NORMAL'
}

export function refusal(run: string, message: string): Reply {
  return { ok: false, code: 'LEDGER_FAILED', message: `run ${run}: ${message}`, run }
}

/** Lets go of the write lock. May fail with the disk: nothing is written any more, and closing rolls back too. */
function rollBack({ db }: Shard): void {
  try {
    if (db.isTransaction) db.exec('ROLLBACK')
  } catch {
    db.close()
  }
}
