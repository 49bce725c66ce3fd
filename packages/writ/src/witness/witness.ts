import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type AddCheckpoint,
  bytesEqual,
  consistencyHolds,
  cosign,
  EMPTY_ROOT,
  ed25519Verifies,
  formatNote,
  formatSignature,
  type LogCheckpoint,
  noteKeyHash,
  parseAddCheckpoint,
  parseLogCheckpoint,
  type VerifierKey,
} from '@writ/evidence'
import type { Cosigner } from './witness-key.ts'

/** A log a witness watches: any of its keys may have signed. */
export interface WatchedLog {
  readonly origin: string
  readonly keys: readonly VerifierKey[]
}

/** What a witness answers (C2SP tlog-witness). */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly body: string
}

const WAIT_MS = 5_000
const SIZE_ONLY = 'text/x.tlog.size'

/** Content type of an answer. */
export function contentType({ status }: WitnessAnswer): string {
  return status === 409 ? SIZE_ONLY : 'text/plain; charset=utf-8'
}

/**
 * Cosigns checkpoints of the logs it watches, each consistent with the last one it cosigned. INVARIANT: checking against
 * the last one and keeping the new one are one transaction, on disk before the cosignature is made.
 */
export class Witness {
  readonly #db: DatabaseSync
  readonly #cosigner: Cosigner
  readonly #logs: ReadonlyMap<string, WatchedLog>
  readonly #now: () => number

  /** `now` in milliseconds since the epoch. */
  constructor(directory: string, cosigner: Cosigner, logs: readonly WatchedLog[], now: () => number) {
    this.#cosigner = cosigner
    this.#logs = new Map(logs.map((log) => [log.origin, log]))
    this.#now = now
    this.#db = new DatabaseSync(join(directory, 'witness.db'), { timeout: WAIT_MS })
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS seen(origin TEXT PRIMARY KEY, note BLOB NOT NULL) STRICT`)
  }

  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    let request: AddCheckpoint
    try {
      request = parseAddCheckpoint(body, 'request')
    } catch (error) {
      return answer(400, error instanceof Error ? error.message : String(error))
    }
    const { checkpoint } = request
    const log = this.#logs.get(checkpoint.origin)
    if (log === undefined) return answer(404, `${checkpoint.origin} is not watched here.`)
    if (!isSigned(checkpoint, log)) return answer(403, 'No signature by a key of the log, or one that fails.')
    if (request.oldSize > checkpoint.size) return answer(400, 'The old size is beyond the checkpoint.')
    const refused = this.#remember(request)
    if (refused !== undefined) return refused
    const time = Math.floor(this.#now() / 1000)
    const made = await cosign(
      this.#cosigner,
      (bytes) => this.#cosigner.sign(bytes),
      time,
      checkpoint.note.text,
    )
    return { status: 200, body: formatSignature(made) }
  }

  close(): void {
    this.#db.close()
  }

  /** Keeps a checkpoint that is consistent with the last one; gives the refusal of any other. */
  #remember(request: AddCheckpoint): WitnessAnswer | undefined {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const { origin, note } = request.checkpoint
      const kept = this.#db.prepare('SELECT note FROM seen WHERE origin = ?').get(origin)?.note
      const last = kept instanceof Uint8Array ? parseLogCheckpoint(new Uint8Array(kept), 'kept') : undefined
      const refused = refusal(request, last)
      if (refused === undefined) {
        this.#db.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?)').run(origin, formatNote(note))
      }
      this.#db.exec('COMMIT')
      return refused
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}

/** Why a signed checkpoint cannot be cosigned after the last one; undefined when it can. */
function refusal(
  { oldSize, proof, checkpoint }: AddCheckpoint,
  last: LogCheckpoint | undefined,
): WitnessAnswer | undefined {
  const known = last?.size ?? 0
  if (oldSize !== known) return { status: 409, body: `${known}\n` }
  if (checkpoint.size === 0 && !bytesEqual(checkpoint.root, EMPTY_ROOT)) {
    return answer(422, 'An empty tree has another root.')
  }
  // Every tree begins with the empty one, so there is nothing to prove.
  if (oldSize === 0) return proof.length === 0 ? undefined : answer(422, 'A proof from size 0 is empty.')
  const before = last?.root ?? EMPTY_ROOT
  if (consistencyHolds(oldSize, checkpoint.size, proof, before, checkpoint.root)) return undefined
  return answer(422, `The checkpoint is not consistent with the ${oldSize} statements cosigned before.`)
}

function answer(status: WitnessAnswer['status'], body: string): WitnessAnswer {
  return { status, body: `${body}\n` }
}

/** Signed by a key of the log; a line that names such a key and is not by it spoils the whole note. */
function isSigned({ note }: LogCheckpoint, { keys }: WatchedLog): boolean {
  const judged = note.signatures.flatMap(({ name, keyHash, signature }) => {
    const key = keys.find((one) => one.name === name && noteKeyHash(name, one.publicKey) === keyHash)
    const text = new TextEncoder().encode(note.text)
    return key === undefined ? [] : [ed25519Verifies(key.publicKey, text, signature)]
  })
  return judged.length > 0 && judged.every(Boolean)
}
