import { resolve } from 'node:path'
import { type LogState, type TransparencyLog, WritError } from '@writ/contract'
import {
  auditLog,
  ED25519_NOTE,
  formatVerifierKey,
  fromBase64,
  type LogAudit,
  openTrustRoot,
  parseLogCheckpoint,
} from '@writ/evidence'
import { loadTrustRoot, openSigner } from './ledger/index.ts'
import { openPublished, openTransparencyLog, publishTiles } from './transparency/index.ts'

/** Where the log of a home stands. */
export interface LogView extends LogState {
  /** Its newest checkpoint as text; null while it is empty. */
  readonly checkpoint: string | null
  /** What a witness that watches it is given: `<origin>=<verifier key>`. */
  readonly watch: string
}

export async function showLog(home: string): Promise<LogView> {
  const { name, publicKey } = (await openSigner(home)).publicKey('log')
  const raw = fromBase64(publicKey) ?? new Uint8Array(0)
  const key = formatVerifierKey({ name, type: ED25519_NOTE, publicKey: raw })
  return await withLog(home, (log) => {
    const note = log.checkpoint()
    return {
      ...log.state(),
      checkpoint: note === undefined ? null : new TextDecoder().decode(note),
      watch: `${log.origin}=${key}`,
    }
  })
}

/**
 * Writes the log of a home as static tiles (C2SP tlog-tiles). Gives the number of statements published. Rejects with
 * `LOG_FORKED` where another log was published, `LOG_ROLLED_BACK` where more of this one was.
 */
export async function publishLog(home: string, directory: string): Promise<number> {
  return await withLog(home, (log) => publishTiles(log, resolve(directory)))
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
  return await withLog(from.home, (log) => {
    const note = log.checkpoint()
    if (note === undefined) throw new WritError('LOG_FAILED', 'The log is empty: there is nothing to audit.')
    return auditLog(parseLogCheckpoint(note, 'checkpoint'), everything(log), ring)
  })
}

function* everything(log: TransparencyLog): Iterable<Uint8Array> {
  for (let from = 0, read = log.entries(0); read.length > 0; read = log.entries(from)) {
    yield* read
    from += read.length
  }
}

async function withLog<T>(home: string, work: (log: TransparencyLog) => T): Promise<T> {
  const log = await openTransparencyLog(resolve(home), await openSigner(home))
  try {
    return work(log)
  } finally {
    await log.close()
  }
}
