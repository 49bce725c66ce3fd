import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import {
  BUNDLE_KIND,
  countersign,
  envelopeHolds,
  isValidAt,
  openTrustRoot,
  parseStatement,
  signatoryOf,
  signStatement,
} from '@writ/evidence'
import { replaceFile } from '../disk/durable-file.ts'
import { loadTrustRoot, openSigner } from '../ledger/index.ts'
import { openDecisionPoint, SIGNATURES } from '../policy/index.ts'

/** Who signed a policy bundle. */
export interface BundleSignatures {
  readonly name: string
  /** Hash of the bundle as it is, hex. */
  readonly hash: string
  /** Each key once, and whether its signature counts: a governance key of the trust root, valid when it was made. */
  readonly signatures: readonly {
    readonly keyId: string
    readonly name: string | null
    readonly counts: boolean
  }[]
  /** How many have to count; null when the trust root asks for none. */
  readonly threshold: number | null
  /** Whether enough do. */
  readonly enough: boolean
}

/**
 * Adds the signature of a governance key of the home to `bundle.dsse`. Signatures of another version of the bundle give
 * way. Rejects with `BAD_POLICY`, `KEY_UNAVAILABLE`.
 */
export async function signBundle(directory: string, home: string, key?: string): Promise<BundleSignatures> {
  const { name, hash } = await bundleOf(directory)
  const signer = await openSigner(home, key === undefined ? {} : { governance: key })
  const signatory = signatoryOf(signer, 'governance')
  const there = await readSignatures(directory)
  const bytes =
    there?.statement.predicate.bundle === hash
      ? await countersign(there.envelope, signatory)
      : await signStatement(BUNDLE_KIND, { bundle: hash, name, at: new Date().toISOString() }, [signatory])
  replaceFile(join(directory, SIGNATURES), bytes, 0o666)
  return await bundleSignatures(directory, join(home, 'trust.json'))
}

/** Checks a bundle and who signed it, held against a trust root file. Rejects with `BAD_POLICY`. */
export async function bundleSignatures(directory: string, trust: string): Promise<BundleSignatures> {
  const { name, hash } = await bundleOf(directory)
  const ring = openTrustRoot(await loadTrustRoot(trust))
  const signed = await readSignatures(directory)
  const about = signed?.statement.predicate
  const signatures = (signed?.envelope.signatures ?? []).map(({ keyId }) => {
    const key = ring.byId.get(keyId)
    const counts =
      signed !== undefined &&
      about?.bundle === hash &&
      key?.role === 'governance' &&
      isValidAt(key, Date.parse(about.at)) &&
      envelopeHolds(signed.envelope, key)
    return { keyId, name: key?.name ?? null, counts }
  })
  const threshold = ring.root.thresholds?.governance ?? null
  const enough = signatures.filter(({ counts }) => counts).length >= (threshold ?? 0)
  return { name, hash, signatures, threshold, enough }
}

async function bundleOf(directory: string): Promise<{ readonly name: string; readonly hash: string }> {
  const point = await openDecisionPoint({ osUser: userInfo().username, bundleDir: directory })
  await point.close()
  return { name: point.bundle.name, hash: point.bundle.hash }
}

async function readSignatures(directory: string) {
  const path = join(directory, SIGNATURES)
  try {
    return parseStatement(await readFile(path), SIGNATURES, BUNDLE_KIND)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('BAD_POLICY', `${path} holds no signatures of a bundle: ${why}`, { cause })
  }
}
