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
import type { HomeServices } from '../home/home-services.ts'
import { loadTrustRoot, trustPath } from '../ledger/index.ts'
import { type LogReading, openPublished, publishTiles, readTransparencyLog } from '../transparency/index.ts'
import { type ProveOptions, renewProofs } from './proofs.ts'

/** The log of signed statements of a home. */
export interface Log {
  /** Where it stands. Makes the log of a home that has none yet. */
  show(): Promise<LogView>
  /**
   * Writes it as static tiles (C2SP tlog-tiles). Gives the number of statements published. Rejects with `LOG_FORKED` where
   * another log was published, `LOG_ROLLED_BACK` where more of this one was.
   */
  publish(directory: string): Promise<number>
  /**
   * Reads all of it and holds it against a trust root, that of the home by default. Rejects with `LOG_FAILED` when there is
   * nothing to read, and with what opening a log or a trust root rejects with.
   */
  audit(trust?: string): Promise<LogAudit>
  /**
   * Proves the statements of an evidence file again, under the newest checkpoint: how evidence is completed that was written
   * while witnesses were away. Everything else of the file stays as it is. Rejects with `VERIFICATION_FAILED` for a file that
   * does not hold, `LOG_FAILED` for one of another log, and as asking witnesses does.
   */
  prove(path: string, options?: ProveOptions): Promise<void>
}

export function logOf(services: HomeServices): Log {
  const { home } = services
  return {
    show: () => show(services),
    publish: (directory) => reading(home, (log) => publishTiles(log, resolve(directory))),
    audit: (trust = trustPath(home)) => audit(home, trust),
    prove: (path, options = {}) => renewProofs(services, path, options),
  }
}

/** Where the log of a home stands. */
export interface LogView extends LogState {
  /** Its newest checkpoint as text; null while it is empty. */
  readonly checkpoint: string | null
  /** What a witness that watches it is given: `<origin>=<verifier key>`. */
  readonly watch: string
}

async function show(services: HomeServices): Promise<LogView> {
  const [signer, log] = [await services.signer(), await services.log()]
  const { name, publicKey } = signer.publicKey('log')
  const raw = fromBase64(publicKey) ?? new Uint8Array(0)
  const key = formatVerifierKey({ name, type: ED25519_NOTE, publicKey: raw })
  const note = log.checkpoint()
  return {
    ...log.state(),
    checkpoint: note === undefined ? null : new TextDecoder().decode(note),
    watch: `${log.origin}=${key}`,
  }
}

async function audit(home: string, trust: string): Promise<LogAudit> {
  const ring = openTrustRoot(await loadTrustRoot(trust))
  return await reading(home, (log) => {
    const note = log.checkpoint()
    if (note === undefined) throw new WritError('LOG_FAILED', 'The log is empty: there is nothing to audit.')
    return auditLog(parseLogCheckpoint(note, 'checkpoint'), everything(log), ring)
  })
}

/** Reads a whole log that was published to a directory, and holds it against a trust root. Rejects like an audit of a home's. */
export async function auditPublished(directory: string, trust: string): Promise<LogAudit> {
  const ring = openTrustRoot(await loadTrustRoot(trust))
  const published = openPublished(resolve(directory))
  return auditLog(published.checkpoint, published.statements(), ring)
}

function* everything(log: LogReading): Iterable<Uint8Array> {
  for (let from = 0, read = log.entries(0); read.length > 0; read = log.entries(from)) {
    yield* read
    from += read.length
  }
}

/** With the log of a home: whoever reads it needs no key, so that a log can be audited when a key is lost or revoked. */
async function reading<T>(home: string, work: (log: LogReading) => T): Promise<T> {
  const log = readTransparencyLog(home)
  if (log === undefined) throw new WritError('LOG_FAILED', `${home} has no log.`)
  try {
    return work(log)
  } finally {
    await log.close()
  }
}
