import { toWritError, WritError } from '@writ/contract'
import type { Home } from './home.ts'
import type { Reply, Request, Write } from './messages.ts'
import { DONE } from './messages.ts'
import { encrypt } from './run-cipher.ts'
import { createRunKey, isRunId } from './run-key.ts'
import type { Statements } from './run-writer.ts'
import { prepareStatements, RunWriter } from './run-writer.ts'
import type { Shard } from './shard.ts'
import { takeShard } from './shard.ts'

type Level = 'NORMAL' | 'FULL'

interface Held {
  readonly shard: Shard
  readonly statements: Statements
}

/** The shard of this process, taken when the first run opens, and the runs open in it. */
export class Writer {
  readonly #home: Home
  readonly #runs = new Map<string, RunWriter>()
  /** Why a run takes nothing more. */
  readonly #failedRuns = new Map<string, string>()
  #held: Held | undefined
  #level: Level = 'FULL'
  /** Why the shard takes nothing more: set once, never cleared. */
  #failure: string | undefined

  constructor(home: Home) {
    this.#home = home
  }

  /** Opens a run and gives its key. The key is on disk before the run, and the run before this returns. */
  open({ run, question, startedAt }: Request<'open'>): Uint8Array {
    if (this.#failure !== undefined) throw new WritError('LEDGER_FAILED', this.#failure, { run })
    if (!isRunId(run)) throw new WritError('LEDGER_FAILED', `${JSON.stringify(run)} cannot name a run`)
    if (!Number.isSafeInteger(startedAt)) {
      throw new WritError('LEDGER_FAILED', `run ${run} cannot start at ${startedAt} ms`, { run })
    }
    const { shard, statements } = this.#hold()
    const key = createRunKey(this.#home.runKeys, run)
    const asked = encrypt(key, { run, kind: 'question' }, Buffer.from(question))
    const added = this.#transact(shard, 'FULL', () => statements.addRun.run(run, asked, startedAt))
    this.#runs.set(run, new RunWriter(run, added.lastInsertRowid, key, statements))
    return key
  }

  /** Group commit: all of it in one transaction, on disk when any entry wants that; replies in order. */
  commit(group: readonly Write[]): readonly Reply[] {
    if (group.length === 0) return []
    if (this.#held === undefined) return group.map((entry) => refusal(entry.run, 'no run is open'))
    const { shard } = this.#held
    try {
      const touched = new Set<RunWriter>()
      const replies = this.#transact(shard, levelOf(group), () =>
        group.map((entry) => this.#take(entry, touched)),
      )
      for (const run of touched) run.verify()
      return replies
    } catch (error) {
      const failure = this.#fail(error)
      return group.map((entry) => refusal(entry.run, failure))
    }
  }

  close(): void {
    this.#failure ??= 'the ledger is closed'
    this.#held?.shard.close()
  }

  #hold(): Held {
    if (this.#held === undefined) {
      const shard = takeShard(this.#home.ledger)
      this.#held = { shard, statements: prepareStatements(shard.db) }
    }
    return this.#held
  }

  #take(entry: Write, touched: Set<RunWriter>): Reply {
    const run = this.#runs.get(entry.run)
    if (run === undefined) return refusal(entry.run, 'the run is not open')
    const fault = this.#failedRuns.get(entry.run) ?? run.check(entry)
    if (fault !== undefined) {
      this.#failedRuns.set(entry.run, fault)
      return refusal(entry.run, fault)
    }
    run.write(entry)
    touched.add(run)
    if (run.ended) this.#runs.delete(entry.run)
    return DONE
  }

  #transact<T>(shard: Shard, level: Level, work: () => T): T {
    if (this.#failure !== undefined) throw new WritError('LEDGER_FAILED', this.#failure)
    try {
      if (level !== this.#level) shard.db.exec(`PRAGMA synchronous = ${level}`)
      this.#level = level
      shard.db.exec('BEGIN IMMEDIATE')
      const result = work()
      shard.db.exec('COMMIT')
      return result
    } catch (error) {
      const failure = this.#fail(error)
      rollBack(shard)
      throw new WritError('LEDGER_FAILED', failure, { cause: error })
    }
  }

  #fail(error: unknown): string {
    this.#failure ??= `the shard cannot be written: ${toWritError(error).message}`
    return this.#failure
  }
}

/** FULL puts a group on disk, and with it everything committed before; NORMAL survives a kill of the process. */
export function levelOf(group: readonly Write[]): Level {
  return group.some((entry) => entry.op !== 'append' || entry.flush) ? 'FULL' : 'NORMAL'
}

/** Lets go of the write lock. May fail with the disk: nothing is written any more, and closing rolls back too. */
function rollBack({ db }: Shard): void {
  try {
    if (db.isTransaction) db.exec('ROLLBACK')
  } catch {
    db.close()
  }
}

function refusal(run: string, message: string): Reply {
  return { ok: false, code: 'LEDGER_FAILED', message: `run ${run}: ${message}`, run }
}
