import { bundleHashOfDigests } from './bundle-hash.ts'
import { canonicalJson } from './canonical.ts'
import { runOrigin } from './checkpoint.ts'
import { bytesEqual, hex } from './encoding.ts'
import { checkErasure } from './erased-evidence.ts'
import type { Contents } from './evidence-contents.ts'
import {
  CHECKPOINT,
  CODE,
  codeFile,
  DISCLOSURES,
  isVouchedFor,
  POLICY,
  RECORDS,
  RUN_CLOSE,
  RUN_OPEN,
} from './evidence-layout.ts'
import type { RecordPass } from './record-pass.ts'
import type { JudgedSignature } from './signatures.ts'
import { runCloseStatement, runOpenStatement } from './statement-run.ts'
import { refuse } from './verdict.ts'
import { checkExport } from './verify-export.ts'

/**
 * INTEGRITY: whether everything in the file is about the same records, byte for byte, up to the signatures.
 * Signatures of keys the trust root does not have cannot be judged here; AUTHORITY fails for them.
 */
export function verifyIntegrity(
  contents: Contents,
  pass: RecordPass,
  signatures: readonly JudgedSignature[],
): string {
  checkCheckpoint(contents, pass)
  checkOpen(contents, pass)
  checkClose(contents, pass)
  checkExport(contents, pass)
  checkBundle(contents, pass)
  checkDisclosures(contents)
  checkErasure(contents, pass)
  for (const { file, key, holds } of signatures) {
    if (key !== undefined && !holds) {
      refuse('BAD_SIGNATURE', `The signature of ${file} is not one of the key ${key.keyId} over it.`, file)
    }
  }
  const judged = signatures.filter(({ key }) => key !== undefined).length
  return `${pass.size} records under root ${hex(pass.root)}; ${judged} of ${signatures.length} signatures judged.`
}

function checkCheckpoint({ checkpoint, run }: Contents, { size, root }: RecordPass): void {
  const { origin } = checkpoint
  if (origin !== runOrigin(run)) {
    refuse('WRONG_RUN', `The checkpoint's origin is '${origin}', not that of run ${run}.`, CHECKPOINT)
  }
  if (checkpoint.size !== size) {
    refuse('ROOT_MISMATCH', `The checkpoint is over ${checkpoint.size} records; there are ${size}.`, RECORDS)
  }
  if (!bytesEqual(checkpoint.root, root)) {
    refuse('ROOT_MISMATCH', `The records give root ${hex(root)}, the checkpoint has another.`, RECORDS)
  }
}

function checkOpen({ runOpen, file }: Contents, { first, firstBytes }: RecordPass): void {
  const expected = runOpenStatement(firstBytes, first)
  if (expected === undefined) {
    refuse('OPEN_MISMATCH', 'The first record opens no run.', `${RECORDS}#/0`)
  }
  if (canonicalJson(runOpen.statement) !== canonicalJson(expected)) {
    refuse('OPEN_MISMATCH', 'The opening statement is not the one of the first record.', RUN_OPEN)
  }
  const code = codeFile(first)
  if (code === undefined || !bytesEqual(code, file(CODE) ?? new Uint8Array(0))) {
    refuse('CODE_FILE_MISMATCH', `${CODE} does not say what the first record says.`, CODE)
  }
}

function checkClose(
  { digests, runClose, erasure, exported }: Contents,
  { last, size, root }: RecordPass,
): void {
  const { predicate } = runClose.statement
  const vouched = new Map([...digests].filter(([name]) => isVouchedFor(name)))
  for (const name of new Set([...vouched.keys(), ...Object.keys(predicate.files)])) {
    const named = Object.hasOwn(predicate.files, name) ? predicate.files[name] : 'nothing'
    const found = vouched.get(name)?.sha256 ?? 'nothing'
    if (named === found) continue
    // What takes the place of erased disclosures is named by the erasure.
    if (name === DISCLOSURES && erasure !== undefined && named !== 'nothing') continue
    // A copy may lay open less or more than the run did; its own statement names what it has.
    if (name === DISCLOSURES && exported !== undefined && named !== 'nothing') continue
    refuse('FILE_MISMATCH', `The closing statement has ${named} for ${name}; the file gives ${found}.`, name)
  }
  const expected = runCloseStatement(last, size, root, predicate.files)
  if (expected === undefined) {
    refuse('CLOSE_MISMATCH', 'The last record ends no run.', `${RECORDS}#/${size - 1}`)
  }
  if (canonicalJson(runClose.statement) !== canonicalJson(expected)) {
    refuse('CLOSE_MISMATCH', 'The closing statement is not the one of these records.', RUN_CLOSE)
  }
}

function checkBundle({ digests }: Contents, { first }: RecordPass): void {
  const policy = [...digests].filter(([name]) => name.startsWith(POLICY))
  const hash = bundleHashOfDigests(
    Object.fromEntries(policy.map(([name, { sha256 }]) => [name.slice(POLICY.length), sha256])),
  )
  if (first.kind === 'run.open' && first.det.bundle !== hash) {
    const pinned = first.det.bundle
    refuse('BUNDLE_MISMATCH', `The policy files hash to ${hash}; the run was pinned to ${pinned}.`, POLICY)
  }
}

function checkDisclosures({ disclosures }: Contents): void {
  const seen = new Set<string>()
  for (const [i, { path }] of disclosures.items.entries()) {
    if (seen.has(path)) {
      refuse('DISCLOSURE_TWICE', `${path} is disclosed twice.`, `${DISCLOSURES}#/items/${i}`)
    }
    seen.add(path)
  }
}
