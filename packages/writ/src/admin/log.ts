import { resolve } from 'node:path'
import { type LogState, WritError } from '@writ/contract'
import {
  auditLog,
  ED25519_NOTE,
  formatVerifierKey,
  fromBase64,
  type LogAudit,
  openTrustRoot,
  parseLogCheckpoint,
} from '@writ/evidence'
import { loadTrustRoot, openSigner } from '../ledger/index.ts'
import {
  type LogReading,
  openPublished,
  openTransparencyLog,
  publishTiles,
  readTransparencyLog,
} from '../transparency/index.ts'

/** Where the log of a home stands. */
export interface LogView extends LogState {
  /** Its newest checkpoint as text; null while it is empty. */
  readonly checkpoint: string | null
  /** What a witness that watches it is given: `<origin>=<verifier key>`. */
  readonly watch: string
}

export async function showLog(home: string): Promise<LogView> {
  const signer = await openSigner(home)
  const { name, publicKey } = signer.publicKey('log')
  const raw = fromBase64(publicKey) ?? new Uint8Array(0)
  const key = formatVerifierKey({ name, type: ED25519_NOTE, publicKey: raw })
  const log = await openTransparencyLog(resolve(home), signer)
  try {
    const note = log.checkpoint()
    return {
      ...log.state(),
      checkpoint: note === undefined ? null : new TextDecoder().decode(note),
      watch: `${log.origin}=${key}`,
    }
  } finally {
    await log.close()
  }
}

/**
 * Writes the log of a home as static tiles (C2SP tlog-tiles). Gives the number of statements published. Rejects with
 * `LOG_FORKED` where another log was published, `LOG_ROLLED_BACK` where more of this one was.
 */
export async function publishLog(home: string, directory: string): Promise<number> {
  return await reading(home, (log) => publishTiles(log, resolve(directory)))
}

/**
 * Reads the whole log of a home, or one published to a directory, and holds it against a trust root. Rejects with
 * `LOG_FAILED` when there is nothing to read, and with what opening a log or a trust root rejects with.
 */
export async function checkLog(
  from: { readonly home: string } | { readonly published: string },
  trust: string,
): Promise<LogAudit> {
  const ring = openTrustRoot(await loadTrustRoot(trust))
  if ('published' in from) {
    const published = openPublished(resolve(from.published))
    return auditLog(published.checkpoint, published.statements(), ring)
  }
  return await reading(from.home, (log) => {
    const note = log.checkpoint()
    if (note === undefined) throw new WritError('LOG_FAILED', 'The log is empty: there is nothing to audit.')
    return auditLog(parseLogCheckpoint(note, 'checkpoint'), everything(log), ring)
  })
}

function* everything(log: LogReading): Iterable<Uint8Array> {
  for (let from = 0, read = log.entries(0); read.length > 0; read = log.entries(from)) {
    yield* read
    from += read.length
  }
}

/** With the log of a home: whoever reads it needs no key, so that a log can be audited when a key is lost or revoked. */
async function reading<T>(home: string, work: (log: LogReading) => T): Promise<T> {
  const log = readTransparencyLog(resolve(home))
  if (log === undefined) throw new WritError('LOG_FAILED', `${resolve(home)} has no log.`)
  try {
    return work(log)
  } finally {
    await log.close()
  }
}
