import { canonicalBytes } from './canonical.ts'
import { contentDigest, type FileContent, type FileDigest } from './file-content.ts'
import type { AnyRecord } from './record.ts'

// What an evidence file of profile `proof` is made of. Nothing here is read from a file: the verifier derives it too.

export const MANIFEST = 'manifest.json'
export const CHECKPOINT = 'checkpoint'
export const RECORDS = 'records.ndjson'
export const RUN_OPEN = 'run-open.dsse'
export const RUN_CLOSE = 'run-close.dsse'
/** The operator's word that what the file disclosed was erased; only in a file that was emptied for it. */
export const ERASURE = 'erasure.dsse'
export const POLICY = 'policy/'
export const DISCLOSURES = 'disclosures.json'
export const CODE = 'code/code.json'
/** Proofs that statements are in the log. They may be missing, and be renewed: nothing vouches for them but themselves. */
export const RUN_OPEN_PROOF = 'proofs/run-open.tlog-proof'
export const RUN_HEAD_PROOF = 'proofs/run-head.tlog-proof'
export const RUN_CLOSE_PROOF = 'proofs/run-close.tlog-proof'
const PROOFS: readonly string[] = [RUN_OPEN_PROOF, RUN_HEAD_PROOF, RUN_CLOSE_PROOF]
/** Names the keys for whoever wants to find them; never trusted, never read by the verifier. */
export const TRUST_HINT = 'trust-hint/keys.json'

/** The archive's order; policy files stand together, sorted by name. */
const ORDER = [
  MANIFEST,
  CHECKPOINT,
  RECORDS,
  RUN_OPEN,
  RUN_CLOSE,
  ERASURE,
  ...PROOFS,
  POLICY,
  DISCLOSURES,
  CODE,
  TRUST_HINT,
]

const OPTIONAL: readonly string[] = [ERASURE, POLICY, ...PROOFS]

/** Files every evidence file has. */
export const REQUIRED: readonly string[] = ORDER.filter((name) => !OPTIONAL.includes(name))

/** Whether the closing statement has to name a file: all but itself, the manifest, the proofs and a later erasure. */
export function isVouchedFor(name: string): boolean {
  return name !== MANIFEST && name !== RUN_CLOSE && name !== ERASURE && !PROOFS.includes(name)
}

/** The place of a file in the archive; -1 for a name this profile does not have. */
export function placeOf(name: string): number {
  return name.startsWith(POLICY) ? ORDER.indexOf(POLICY) : ORDER.indexOf(name)
}

/** The same files in the archive's order. */
export function inOrder<T>(files: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...files].sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1)))
}

/** Whether a file is read in parts, because it grows with the run. The others are held in memory. */
export function isStreamed(name: string): boolean {
  return name === RECORDS
}

/** What the manifest says of a file. */
export interface ManifestEntry extends FileDigest {
  readonly name: string
}

/** `manifest.json`: every other file, its size and SHA-256. Derivable, so it says nothing that has to be trusted. */
export function manifest(run: string, files: ReadonlyMap<string, FileDigest>): Uint8Array {
  const listed = [...files]
    .filter(([name]) => name !== MANIFEST)
    .map(([name, file]) => manifestEntry(name, file))
  return canonicalBytes({ schema: 'writ.evidence/1', run, profile: 'proof', files: listed })
}

export function manifestEntry(name: string, { size, sha256 }: FileDigest): ManifestEntry {
  return { name, size, sha256 }
}

/** Sizes and digests of files that are about to be packed. */
export function digestsOf(files: ReadonlyMap<string, FileContent>): ReadonlyMap<string, FileDigest> {
  return new Map([...files].map(([name, content]) => [name, contentDigest(content)]))
}

/** `code/code.json`: what ran, as the opening record says it. Undefined when the record is no `run.open`. */
export function codeFile(opened: AnyRecord): Uint8Array | undefined {
  if (opened.kind !== 'run.open') return undefined
  return canonicalBytes({
    schema: 'writ.code/1',
    version: opened.obs.version,
    guestAbi: opened.det.guestAbi,
  })
}
