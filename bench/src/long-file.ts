import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { PublicKey, Role, Signer } from '@writ/contract'
import {
  base64,
  bundleHash,
  evidenceFiles,
  leafHash,
  MerkleTree,
  packEvidence,
  recordsFile,
  sha256Hex,
  signCheckpoint,
  signRunClose,
  signRunOpen,
} from '@writ/evidence'
import { LONG_RUN, longRun, OPENED_AT } from './long-run.ts'

/** A file that was written: its size and how many records it has. */
export interface LongFile {
  readonly bytes: number
  readonly records: number
}

const PERSONAL = new URL('../../packages/writ/src/policy/personal/', import.meta.url)
/** The personal bundle: it decides as the records say. */
const POLICY = Object.fromEntries(
  [
    'facts.json',
    'policies/00-permits.cedar',
    'policies/10-guards.cedar',
    'policies/20-obligations.cedar',
    'schema.cedarschema',
  ].map((name) => [name, readFileSync(new URL(name, PERSONAL), 'utf8')]),
)

/** Writes a valid evidence file of at least so many records, and its trust root. */
export async function writeLongFile(path: string, trust: string, count: number): Promise<LongFile> {
  const signer = new FreshSigner()
  const tree = new MerkleTree()
  const made = function* (): Generator<Uint8Array> {
    for (const record of longRun(count, bundleHash(POLICY))) {
      tree.append(leafHash(record))
      yield record
    }
  }
  // The first pass gives the root, the second writes.
  let pass = 0
  const records = await recordsFile(() => (pass++ === 0 ? made() : longRun(count, bundleHash(POLICY))))
  const root = tree.root()
  const keys = [signer.publicKey('log'), signer.publicKey('operator')]
  const files = evidenceFiles({
    records,
    runOpen: await signRunOpen(signer, records.first),
    checkpoint: await signCheckpoint(signer, LONG_RUN, tree.size, root),
    policy: POLICY,
    disclosures: [],
    keys,
  })
  const runClose = await signRunClose(signer, { lastRecord: records.last, size: tree.size, root, files })
  const file = createWriteStream(path)
  await pipeline(packEvidence(files, runClose), file)
  const validFrom = new Date(OPENED_AT).toISOString()
  const trusted = {
    schema: 'writ.trust/1',
    keys: keys.map((key) => ({ ...key, validFrom, validUntil: null })),
  }
  await writeFile(trust, JSON.stringify(trusted))
  return { bytes: file.bytesWritten, records: tree.size }
}

/** Signs with keys made for this one file. */
class FreshSigner implements Signer {
  readonly #keys = new Map<Role, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>()

  publicKey(role: Role): PublicKey {
    const raw = new Uint8Array(
      this.#pair(role).publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    )
    return {
      role,
      keyId: sha256Hex(raw),
      algorithm: 'ed25519',
      publicKey: base64(raw),
      name: `writ.dev/bench-${role}`,
    }
  }

  sign(role: Role, bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(sign(null, bytes, this.#pair(role).privateKey)))
  }

  #pair(role: Role): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
    const pair = this.#keys.get(role) ?? generateKeyPairSync('ed25519')
    this.#keys.set(role, pair)
    return pair
  }
}
