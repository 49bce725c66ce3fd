import { readFile } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { type VerdictReport, verifyEvidence } from '@writ/evidence'
import { loadTrustRoot } from './ledger/index.ts'

export interface VerifyOptions {
  /** Path of the trust root; without one the file's authority cannot be judged. */
  readonly trust?: string
  /** A parsed `writ.answer/1` object to tie to the file. */
  readonly answer?: unknown
  /** Names of verdicts to give; all by default. */
  readonly only?: readonly string[]
}

/** Verifies an evidence file offline, from its bytes and a trust root alone. Rejects with `EVIDENCE_UNREADABLE`. */
export async function verifyFile(path: string, options: VerifyOptions = {}): Promise<VerdictReport> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The evidence file ${path} cannot be read: ${why}`, {
      cause: error,
    })
  }
  const trust = options.trust === undefined ? undefined : await loadTrustRoot(options.trust)
  return verifyEvidence(bytes, {
    ...(trust === undefined ? {} : { trust }),
    ...('answer' in options ? { answer: options.answer } : {}),
    ...(options.only === undefined ? {} : { only: options.only }),
  })
}
