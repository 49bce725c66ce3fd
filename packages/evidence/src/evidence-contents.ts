import { type ByteSource, section } from './byte-source.ts'
import { canonicalJson, parseCanonicalFile } from './canonical.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { type DisclosuresFile, disclosuresShape } from './disclosures.ts'
import { bytesEqual } from './encoding.ts'
import {
  APPROVAL,
  CHECKPOINT,
  DISCLOSURES,
  ERASURE,
  EXPORT,
  inOrder,
  isStreamed,
  MANIFEST,
  manifest,
  manifestEntry,
  mostHeldBytes,
  type Profile,
  placeOf,
  profileOf,
  RECORDS,
  RUN_CLOSE,
  RUN_OPEN,
  requiredFiles,
} from './evidence-layout.ts'
import { contentDigest, type FileDigest, sourceDigest } from './file-content.ts'
import { type PayloadIndex, readPayloads } from './payload-index.ts'
import { type RecordBatch, readRecords } from './record-batches.ts'
import { shaped } from './shape.ts'
import { parseStatement, type SignedStatement } from './statement.ts'
import { BUNDLE_KIND, type BundleApproval } from './statement-bundle.ts'
import { ERASURE_KIND, type Erasure } from './statement-erasure.ts'
import { EXPORT_KIND, type Export } from './statement-export.ts'
import { parseRunClose, parseRunOpen, type RunClose, type RunOpen } from './statement-run.ts'
import { readTar } from './tar.ts'
import { attempt, refuse } from './verdict.ts'

/**
 * An evidence file taken apart: everything but the records canonical and in its shape, nothing judged or trusted yet.
 * What grows with the run is read when asked for.
 */
export interface Contents {
  readonly run: string
  readonly profile: Profile
  /** Size and SHA-256 of every file, in the archive's order. */
  readonly digests: ReadonlyMap<string, FileDigest>
  /** A file to read in parts; undefined when there is none of that name. */
  readonly source: (name: string) => ByteSource | undefined
  /** All bytes of a file that is held: any but the records. */
  readonly file: (name: string) => Uint8Array | undefined
  /** The records in order, read anew each time. Refuses as `readRecords` does. */
  readonly records: () => AsyncIterable<RecordBatch>
  readonly checkpoint: Checkpoint
  readonly runOpen: SignedStatement<RunOpen>
  readonly runClose: SignedStatement<RunClose>
  /** The statement of whoever made this copy; undefined for the file the run itself made. */
  readonly exported: SignedStatement<Export> | undefined
  /** What governance said of the bundle. */
  readonly approval: SignedStatement<BundleApproval> | undefined
  readonly disclosures: DisclosuresFile
  /** Present in a file that was emptied. */
  readonly erasure: SignedStatement<Erasure> | undefined
  /** Where each payload lies; undefined in a file that has none. */
  readonly payloads: PayloadIndex | undefined
}

/** Reads an evidence file but its records. Refuses bytes that are not the one archive of well-formed files of one run. */
export async function readEvidence(archive: ByteSource): Promise<Contents> {
  const entries = await readTar(archive)
  refuseStrangers([...entries.keys()])
  const source = (name: string): ByteSource | undefined => {
    const entry = entries.get(name)
    return entry && section(archive, entry.offset, entry.size)
  }
  const held = new Map<string, Uint8Array>()
  const digests = new Map<string, FileDigest>()
  for (const [name, { offset, size }] of entries) {
    if (isStreamed(name)) {
      digests.set(name, await sourceDigest(section(archive, offset, size)))
      continue
    }
    const most = mostHeldBytes(name)
    if (size > most) refuse('BAD_SHAPE', `${name} has ${size} bytes; ${most} are allowed.`, name)
    const bytes = await archive.read(offset, size)
    held.set(name, bytes)
    digests.set(name, contentDigest(bytes))
  }
  const file = (name: string): Uint8Array =>
    held.get(name) ?? refuse('MISSING_FILE', `The file has no ${name}.`, name)
  const profile = profileOf(entries.keys())
  for (const name of requiredFiles(profile)) {
    if (!entries.has(name)) refuse('MISSING_FILE', `The file has no ${name}.`, name)
  }
  const runClose = parseRunClose(file(RUN_CLOSE), RUN_CLOSE)
  const { run } = runClose.statement.predicate
  // First of all the content checks: it finds any accidental damage, and it is cheap.
  if (!bytesEqual(manifest(run, digests), file(MANIFEST))) {
    const altered = unlisted(digests, file(MANIFEST)) ?? MANIFEST
    refuse('MANIFEST_MISMATCH', `${altered} is not what ${MANIFEST} says of it.`, altered)
  }
  return {
    run,
    profile,
    digests,
    source,
    file: (name) => held.get(name),
    records: () => readRecords(source(RECORDS) ?? section(archive, 0, 0), run),
    checkpoint: parseCheckpoint(file(CHECKPOINT), CHECKPOINT),
    runOpen: parseRunOpen(file(RUN_OPEN), RUN_OPEN),
    runClose,
    exported: held.has(EXPORT) ? parseStatement(file(EXPORT), EXPORT, EXPORT_KIND) : undefined,
    approval: held.has(APPROVAL) ? parseStatement(file(APPROVAL), APPROVAL, BUNDLE_KIND) : undefined,
    disclosures: readDisclosures(file(DISCLOSURES), run),
    erasure: entries.has(ERASURE) ? parseStatement(file(ERASURE), ERASURE, ERASURE_KIND) : undefined,
    payloads: profile === 'replay' ? readPayloads(file, digests, run) : undefined,
  }
}

/** The first file that the manifest does not list as it is, to say where the damage lies. Looks at each entry once. */
function unlisted(digests: ReadonlyMap<string, FileDigest>, listed: Uint8Array): string | undefined {
  const entries = entriesOf(listed)
  if (entries === undefined) return undefined
  return [...digests]
    .filter(([name]) => name !== MANIFEST)
    .find(([name, file]) => !entries.has(canonicalJson(manifestEntry(name, file))))?.[0]
}

/** The canonical text of each file that a manifest lists; undefined when it is no manifest. */
function entriesOf(listed: Uint8Array): ReadonlySet<string> | undefined {
  const read = attempt(() => parseCanonicalFile(listed, MANIFEST))
  const value: unknown = read.ok ? read.value : undefined
  const files = typeof value === 'object' && value !== null && 'files' in value ? value.files : undefined
  return Array.isArray(files) ? new Set(files.map((file) => canonicalJson(file))) : undefined
}

function refuseStrangers(names: readonly string[]): void {
  for (const name of names) {
    if (placeOf(name) === -1) refuse('UNKNOWN_FILE', `An evidence file has no ${name}.`, name)
  }
  const ordered = [...inOrder(new Map(names.map((name) => [name, null]))).keys()]
  const wrong = names.find((name, i) => name !== ordered[i])
  if (wrong !== undefined) refuse('BAD_ARCHIVE', `${wrong} is not in its place of the archive.`, wrong)
}

function readDisclosures(bytes: Uint8Array, run: string): DisclosuresFile {
  const file = shaped(disclosuresShape, parseCanonicalFile(bytes, DISCLOSURES), ({ at, expected }) =>
    refuse('BAD_SHAPE', `${DISCLOSURES} needs ${expected} at ${at}.`, `${DISCLOSURES}#${at}`),
  )
  if (file.run !== run) {
    refuse('WRONG_RUN', `${DISCLOSURES} belongs to run ${file.run}, not ${run}.`, `${DISCLOSURES}#/run`)
  }
  return file
}
