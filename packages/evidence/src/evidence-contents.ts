import { canonicalJson, parseCanonical } from './canonical.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { type DisclosuresFile, disclosuresShape } from './disclosures.ts'
import { bytesEqual } from './encoding.ts'
import {
  CHECKPOINT,
  DISCLOSURES,
  inOrder,
  MANIFEST,
  manifest,
  manifestEntry,
  placeOf,
  RECORDS,
  REQUIRED,
  RUN_CLOSE,
  RUN_OPEN,
} from './evidence-layout.ts'
import { type AnyRecord, decodeRecord, splitRecords } from './record.ts'
import { shaped } from './shape.ts'
import type { SignedStatement } from './statement.ts'
import { parseRunClose, parseRunOpen, type RunClose, type RunOpen } from './statement-run.ts'
import { readTar } from './tar.ts'
import { refuse } from './verdict.ts'

/** An evidence file taken apart: everything canonical and in its shape, nothing of it judged or trusted yet. */
export interface Contents {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly run: string
  readonly records: readonly AnyRecord[]
  /** The records' bytes: the leaves. */
  readonly leaves: readonly Uint8Array[]
  readonly checkpoint: Checkpoint
  readonly runOpen: SignedStatement<RunOpen>
  readonly runClose: SignedStatement<RunClose>
  readonly disclosures: DisclosuresFile
}

/** Reads an evidence file. Refuses bytes that are not the one archive of well-formed files of one run. */
export function readEvidence(bytes: Uint8Array): Contents {
  const files = readTar(bytes)
  refuseStrangers(files)
  const file = (name: string): Uint8Array =>
    files.get(name) ?? refuse('MISSING_FILE', `The file has no ${name}.`, name)
  for (const name of REQUIRED) file(name)
  const runClose = parseRunClose(file(RUN_CLOSE), RUN_CLOSE)
  const { run } = runClose.statement.predicate
  // First of all the content checks: it finds any accidental damage, and it is cheap.
  if (!bytesEqual(manifest(run, files), file(MANIFEST))) {
    const altered = unlisted(files, file(MANIFEST)) ?? MANIFEST
    refuse('MANIFEST_MISMATCH', `${altered} is not what ${MANIFEST} says of it.`, altered)
  }
  const leaves = splitRecords(file(RECORDS), RECORDS)
  return {
    files,
    run,
    leaves,
    records: leaves.map((leaf, i) => readRecord(leaf, run, `${RECORDS}#/${i}`)),
    checkpoint: parseCheckpoint(file(CHECKPOINT), CHECKPOINT),
    runOpen: parseRunOpen(file(RUN_OPEN), RUN_OPEN),
    runClose,
    disclosures: readDisclosures(file(DISCLOSURES), run),
  }
}

/** The first file that the manifest does not list as it is, to say where the damage lies. */
function unlisted(files: ReadonlyMap<string, Uint8Array>, listed: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(listed)
  const listedAsIs = (name: string, bytes: Uint8Array): boolean =>
    name === MANIFEST || text.includes(canonicalJson(manifestEntry(name, bytes)))
  return [...files].find(([name, bytes]) => !listedAsIs(name, bytes))?.[0]
}

function refuseStrangers(files: ReadonlyMap<string, Uint8Array>): void {
  for (const name of files.keys()) {
    if (placeOf(name) === -1) refuse('UNKNOWN_FILE', `A proof file has no ${name}.`, name)
  }
  const ordered = [...inOrder(files).keys()]
  const wrong = [...files.keys()].find((name, i) => name !== ordered[i])
  if (wrong !== undefined) refuse('BAD_ARCHIVE', `${wrong} is not in its place of the archive.`, wrong)
}

function readRecord(leaf: Uint8Array, run: string, at: string): AnyRecord {
  const record = decodeRecord(leaf, at)
  if (record.run !== run) refuse('WRONG_RUN', `${at} belongs to run ${record.run}, not ${run}.`, `${at}/run`)
  return record
}

function readDisclosures(bytes: Uint8Array, run: string): DisclosuresFile {
  const file = shaped(disclosuresShape, parseCanonical(bytes, DISCLOSURES), ({ at, expected }) =>
    refuse('BAD_SHAPE', `${DISCLOSURES} needs ${expected} at ${at}.`, `${DISCLOSURES}#${at}`),
  )
  if (file.run !== run) {
    refuse('WRONG_RUN', `${DISCLOSURES} belongs to run ${file.run}, not ${run}.`, `${DISCLOSURES}#/run`)
  }
  return file
}
