import { readFile } from 'node:fs/promises'
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
import type { HomeServices } from '../home/home-services.ts'
import { loadTrustRoot, openSigner, trustPath } from '../ledger/index.ts'
import { SIGNATURES } from '../policy/index.ts'

/** Policy bundles, and what a home says of who signed them. */
export interface Bundles {
  /**
   * Adds the signature of a governance key to `bundle.dsse`. Signatures of another version of the bundle give way. Rejects
   * with `BAD_POLICY`, `KEY_UNAVAILABLE`.
   */
  sign(directory: string, key?: string): Promise<BundleSignatures>
  /** Checks a bundle and who signed it, held against a trust root file: that of the home by default. Rejects with `BAD_POLICY`. */
  check(directory: string, trust?: string): Promise<BundleSignatures>
}

export function bundlesOf(services: HomeServices): Bundles {
  const trusted = trustPath(services.home)
  return {
    sign: async (directory, key) => {
      const bundle = await bundleOf(services, directory)
      await sign(services, directory, bundle, key)
      return await signaturesOf(directory, bundle, trusted)
    },
    check: async (directory, trust = trusted) =>
      await signaturesOf(directory, await bundleOf(services, directory), trust),
  }
}

/** A policy bundle as it is. */
interface Bundle {
  readonly name: string
  /** Hex. */
  readonly hash: string
}

/** Who signed a policy bundle. */
export interface BundleSignatures extends Bundle {
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

async function sign(
  services: HomeServices,
  directory: string,
  { name, hash }: Bundle,
  key: string | undefined,
): Promise<void> {
  const signer =
    key === undefined ? await services.signer() : await openSigner(services.home, { governance: key })
  const signatory = signatoryOf(signer, 'governance')
  const there = await readSignatures(directory)
  const bytes =
    there?.statement.predicate.bundle === hash
      ? await countersign(there.envelope, signatory)
      : await signStatement(BUNDLE_KIND, { bundle: hash, name, at: new Date().toISOString() }, [signatory])
  replaceFile(join(directory, SIGNATURES), bytes, 0o666)
}

async function signaturesOf(
  directory: string,
  { name, hash }: Bundle,
  trust: string,
): Promise<BundleSignatures> {
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

/** A bundle that is fit to decide. Rejects with `BAD_POLICY`. */
async function bundleOf(services: HomeServices, directory: string): Promise<Bundle> {
  const point = await services.openPolicy(directory)
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
