import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Payload } from '@writ/contract'
import { MAX_RECORD_BYTES, RECORD_VERSION, WritError } from '@writ/contract'
import type { Request, Write } from './messages.ts'
import { decrypt, encrypt } from './run-cipher.ts'
import { RunRecords } from './run-records.ts'

const ROOT_BYTES = 32
/** What may still become something else. */
const UNENDED: ReadonlySet<string> = new Set(['open', 'pending'])

/** What the shard has of a run. */
interface Stored {
  readonly count: number
  readonly sealed: boolean
  readonly status: string
}

/**
 * Writes one run inside the transaction its caller holds. What `take` refuses leaves nothing written, so that a refusal
 * costs this run alone; whatever it throws is a fault of the shard.
 *
 * INVARIANT: `count` is the number of records, whose seqs are 0 … count - 1.
 */
export class RunWriter {
  readonly run: string
  readonly #statements: Statements
  readonly #id: number | bigint
  readonly #key: Uint8Array
  #count: number
  #sealed: boolean
  #status: string
  /** Whether its log has sealed and finished it, now and not in a process before. */
  #done = { seal: false, finish: false }

  constructor(
    run: string,
    id: number | bigint,
    key: Uint8Array,
    statements: Statements,
    stored: Stored = { count: 0, sealed: false, status: 'open' },
  ) {
    this.run = run
    this.#id = id
    this.#key = key
    this.#statements = statements
    this.#count = stored.count
    this.#sealed = stored.sealed
    this.#status = stored.status
  }

  /** A run another process left, to be written on. Throws `KEY_UNAVAILABLE` unless the key is its own. */
  static resume(run: string, key: Uint8Array, statements: Statements): RunWriter {
    const { id, question, status } = statements.findRun.get(run) ?? {}
    if (typeof id !== 'number' || typeof status !== 'string' || !(question instanceof Uint8Array)) {
      throw new WritError('LEDGER_FAILED', `run ${run} is not as it was stored`, { run })
    }
    decrypt(key, { run, kind: 'question' }, question)
    const { count } = statements.records.extent(id)
    const sealed = statements.anySeal.get(id) !== undefined
    const resumed = new RunWriter(run, id, key, statements, { count, sealed, status })
    resumed.verify()
    return resumed
  }

  /** Takes a request, or writes nothing and says why it cannot be taken. */
  take(request: Write): string | undefined {
    switch (request.op) {
      case 'append':
        return this.#append(request)
      case 'seal':
        return this.#seal(request)
      case 'finish':
        return this.#finish(request)
    }
  }

  /** Whether its log has both sealed and finished the run: nothing can follow. */
  get ended(): boolean {
    return this.#done.seal && this.#done.finish
  }

  /** Reads back what is stored: the last seq must be the one counted. */
  verify(): void {
    if (this.#statements.records.endsAt(this.#id, this.#count - 1)) return
    throw new WritError('LEDGER_FAILED', `run ${this.run} does not end at seq ${this.#count - 1}`)
  }

  #append({ record, payloads }: Request<'append'>): string | undefined {
    if (this.#sealed) return 'the run is sealed'
    const fault = recordFault(record, this.run, this.#count) ?? this.#addPayloads(payloads)
    if (fault !== undefined) return fault
    this.#statements.addRecord.run(this.#id, this.#count, record)
    this.#count += 1
    return undefined
  }

  /** All of them or, when one is there already, none. */
  #addPayloads(payloads: readonly Payload[]): string | undefined {
    const added: (number | bigint)[] = []
    for (const { path, bytes } of payloads) {
      const ciphertext = encrypt(this.#key, { run: this.run, kind: 'payload', path }, bytes)
      const { changes, lastInsertRowid } = this.#statements.addPayload.run(this.#id, path, ciphertext)
      if (changes === 0) {
        for (const row of added) this.#statements.dropPayload.run(row)
        return `payload ${path} exists already`
      }
      added.push(lastInsertRowid)
    }
    return undefined
  }

  #seal({ size, root }: Request<'seal'>): string | undefined {
    if (root.length !== ROOT_BYTES) return `a root has ${ROOT_BYTES} bytes, not ${root.length}`
    const stored = this.#statements.records.extent(this.#id).count
    if (size !== this.#count || size !== stored) return `${stored} records cannot be sealed as ${size}`
    const known = this.#statements.findSeal.get(this.#id, size)?.root
    if (known !== undefined && !(known instanceof Uint8Array && Buffer.compare(known, root) === 0)) {
      return `another root is sealed for size ${size}`
    }
    this.#statements.addSeal.run(this.#id, size, root)
    this.#sealed = true
    this.#done.seal = true
    return undefined
  }

  #finish({ status }: Request<'finish'>): string | undefined {
    if (status !== this.#status && !UNENDED.has(this.#status)) {
      return `the run ended as ${this.#status}, not ${status}`
    }
    this.#statements.setStatus.run(status, this.#id)
    this.#status = status
    this.#done.finish = true
    return undefined
  }
}

/** What is wrong with the next record of a run, or undefined. */
function recordFault(record: Uint8Array, run: string, seq: number): string | undefined {
  if (record.length > MAX_RECORD_BYTES)
    return `a record of ${record.length} bytes exceeds ${MAX_RECORD_BYTES}`
  if (endsAt(record, run, seq)) return undefined
  const found = place(record)
  if (found === undefined) return 'a record is not the JSON of one run and seq'
  if (found.run !== run) return `a record names run ${String(found.run)}`
  if (found.seq !== seq) return `a record has seq ${String(found.seq)} where ${seq} is next`
  return undefined
}

/** Whether a record ends as the canonical one of this run and seq does: only at the end of the whole can it stand so. */
function endsAt(record: Uint8Array, run: string, seq: number): boolean {
  const end = Buffer.from(`,"run":${JSON.stringify(run)},"seq":${seq},"v":${RECORD_VERSION}}`)
  return record.length > end.length && end.equals(record.subarray(record.length - end.length))
}

function place(record: Uint8Array): { readonly run: unknown; readonly seq: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(record))
    const whole = typeof parsed === 'object' && parsed !== null && 'run' in parsed && 'seq' in parsed
    return whole ? { run: parsed.run, seq: parsed.seq } : undefined
  } catch {
    return undefined
  }
}

type Statement =
  | 'begin'
  | 'commit'
  | 'dataVersion'
  | 'addRun'
  | 'findRun'
  | 'addRecord'
  | 'addPayload'
  | 'addSeal'
  | 'setStatus'
  | 'dropPayload'
  | 'findSeal'
  | 'anySeal'

export type Statements = Readonly<Record<Statement, StatementSync>> & { readonly records: RunRecords }

/** The statements of a shard, prepared once. */
export function prepareStatements(db: DatabaseSync): Statements {
  return {
    records: new RunRecords(db),
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    dataVersion: db.prepare('PRAGMA data_version'),
    addRun: db.prepare(`INSERT INTO runs(run, question, status, started_at) VALUES (?, ?, 'open', ?)`),
    findRun: db.prepare('SELECT id, question, status FROM runs WHERE run = ?'),
    addRecord: db.prepare('INSERT INTO records(run, seq, bytes) VALUES (?, ?, ?)'),
    addPayload: db.prepare('INSERT OR IGNORE INTO payloads(run, path, ciphertext) VALUES (?, ?, ?)'),
    addSeal: db.prepare('INSERT OR IGNORE INTO seals(run, size, root) VALUES (?, ?, ?)'),
    setStatus: db.prepare('UPDATE runs SET status = ? WHERE id = ?'),
    dropPayload: db.prepare('DELETE FROM payloads WHERE rowid = ?'),
    findSeal: db.prepare('SELECT root FROM seals WHERE run = ? AND size = ?'),
    anySeal: db.prepare('SELECT 1 FROM seals WHERE run = ?'),
  }
}
