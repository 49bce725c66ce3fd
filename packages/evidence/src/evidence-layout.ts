import { canonicalBytes } from './canonical.ts'
import { contentDigest, type FileContent, type FileDigest } from './file-content.ts'
import type { AnyRecord } from './record.ts'
import type { EXPORT_PROFILES } from './statement-export.ts'

// What an evidence file is made of. Nothing here is read from a file: the verifier derives it too.

export const MANIFEST = 'manifest.json'
export const CHECKPOINT = 'checkpoint'
export const RECORDS = 'records.ndjson'
export const RUN_OPEN = 'run-open.dsse'
export const RUN_CLOSE = 'run-close.dsse'
/** The operator's word that what the file disclosed was erased; only in a file that was emptied for it. */
export const ERASURE = 'erasure.dsse'
/** The statement of whoever made a copy; it vouches for the whole copy. */
export const EXPORT = 'export.dsse'
/** Governance's word for the policy bundle; only where the bundle had it. */
export const APPROVAL = 'bundle.dsse'
export const POLICY = 'policy/'
export const DISCLOSURES = 'disclosures.json'
/** Of profile `replay` only, with the index and the key. */
export const PAYLOADS = 'payloads/'
export const PAYLOAD_INDEX = 'payloads/index.json'
export const RUN_KEY = 'run.key'
export const CODE = 'code/code.json'
/** Proofs that statements are in the log. They may be missing, and be renewed: nothing vouches for them but themselves. */
export const RUN_OPEN_PROOF = 'proofs/run-open.tlog-proof'
export const RUN_HEAD_PROOF = 'proofs/run-head.tlog-proof'
export const RUN_CLOSE_PROOF = 'proofs/run-close.tlog-proof'
const PROOFS: readonly string[] = [RUN_OPEN_PROOF, RUN_HEAD_PROOF, RUN_CLOSE_PROOF]
/** Names the keys for whoever wants to find them; never trusted, never read by the verifier. */
export const TRUST_HINT = 'trust-hint/keys.json'

/** The archive's order; the files of a directory stand together, sorted by name. */
const ORDER = [
  MANIFEST,
  CHECKPOINT,
  RECORDS,
  RUN_OPEN,
  RUN_CLOSE,
  ERASURE,
  ...PROOFS,
  EXPORT,
  APPROVAL,
  POLICY,
  DISCLOSURES,
  PAYLOADS,
  RUN_KEY,
  CODE,
  TRUST_HINT,
]

/** Files of a directory, or that only some evidence files have. */
const OPTIONAL: ReadonlySet<string> = new Set([
  ERASURE,
  ...PROOFS,
  EXPORT,
  APPROVAL,
  POLICY,
  PAYLOADS,
  RUN_KEY,
])

/** Files every evidence file has. */
const ALWAYS: readonly string[] = ORDER.filter((name) => !OPTIONAL.has(name))

/** Whether a file proves a statement to be in the log: such a file is renewed, so no other statement names it. */
export function isProof(name: string): boolean {
  return PROOFS.includes(name)
}

/**
 * Whether the closing statement has to name a file: all but itself, the manifest, the proofs, a later erasure and what a
 * copy adds.
 */
export function isVouchedFor(name: string): boolean {
  const later = name === ERASURE || name === EXPORT || isOfReplay(name)
  return name !== MANIFEST && name !== RUN_CLOSE && !isProof(name) && !later
}

/** Whether the statement of a copy has to name a file. */
export function isNamedByCopy(name: string): boolean {
  return name !== MANIFEST && name !== EXPORT && !isProof(name)
}

/** What a file can be relied on for: `replay` has what it takes to do the run again. */
export type Profile = (typeof EXPORT_PROFILES)[number]

/** The profile of a file with these names. */
export function profileOf(names: Iterable<string>): Profile {
  return [...names].some(isOfReplay) ? 'replay' : 'proof'
}

/** Files that a file of this profile has to have. */
export function requiredFiles(profile: Profile): readonly string[] {
  return profile === 'proof' ? ALWAYS : [...ALWAYS, EXPORT, PAYLOAD_INDEX, RUN_KEY]
}

/** Whether a file is there so that the run can be done again. */
export function isOfReplay(name: string): boolean {
  return name === RUN_KEY || name.startsWith(PAYLOADS)
}

/** The pack of this number. */
export function packName(number: number): string {
  return `${PAYLOADS}${String(number).padStart(4, '0')}.pack`
}

/** The place of a file in the archive; -1 for a name no evidence file has. */
export function placeOf(name: string): number {
  if (name.startsWith(POLICY)) return ORDER.indexOf(POLICY)
  if (name === PAYLOAD_INDEX || isPack(name)) return ORDER.indexOf(PAYLOADS)
  return ORDER.indexOf(name)
}

function isPack(name: string): boolean {
  return /^payloads\/\d{4}\.pack$/.test(name)
}

/** The same files in the archive's order. */
export function inOrder<T>(files: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...files].sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1)))
}

/** Whether a file is read in parts, because it grows with the run. The others are held in memory. */
export function isStreamed(name: string): boolean {
  return name === RECORDS || isPack(name)
}

const KIB = 1024
const MIB = 1024 * KIB

/** Most bytes of a file that is held, by its name or directory: far above what Writ makes, and little to judge. */
const MOST_HELD_BYTES: Readonly<Record<string, number>> = {
  [MANIFEST]: 16 * MIB,
  [CHECKPOINT]: 64 * KIB,
  [RUN_OPEN]: MIB,
  [RUN_CLOSE]: 8 * MIB, // names every file of the policy
  [ERASURE]: MIB,
  [EXPORT]: 8 * MIB,
  [APPROVAL]: MIB,
  [POLICY]: 16 * MIB,
  [DISCLOSURES]: 256 * MIB, // the answer is in it
  [PAYLOAD_INDEX]: 256 * MIB,
  [RUN_KEY]: KIB,
  [CODE]: 64 * KIB,
  [TRUST_HINT]: 64 * KIB,
}
/** A proof: an audit path, a statement, sixteen lines. */
const MOST_PROOF_BYTES = 512 * KIB

/** Most bytes of a file that is held in memory. */
export function mostHeldBytes(name: string): number {
  if (isProof(name)) return MOST_PROOF_BYTES
  return MOST_HELD_BYTES[name.startsWith(POLICY) ? POLICY : name] ?? 0
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
  return canonicalBytes({ schema: 'writ.evidence/1', run, profile: profileOf(files.keys()), files: listed })
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
