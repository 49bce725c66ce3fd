import { bundleHashOfDigests } from './bundle-hash.ts'
import { canonicalJson } from './canonical.ts'
import { runOrigin } from './checkpoint.ts'
import { sha256Hex } from './crypto.ts'
import { bytesEqual, hex } from './encoding.ts'
import type { Contents } from './evidence-contents.ts'
import {
  CHECKPOINT,
  CODE,
  codeFile,
  DISCLOSURES,
  MANIFEST,
  POLICY,
  RECORDS,
  RUN_CLOSE,
  RUN_OPEN,
} from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import type { JudgedSignature } from './signatures.ts'
import { fileDigests, runCloseStatement, runOpenStatement } from './statement-run.ts'
import { refuse } from './verdict.ts'

/**
 * INTEGRITY: whether everything in the file is about the same records, byte for byte, up to the signatures.
 * Signatures of keys the trust root does not have cannot be judged here; AUTHORITY fails for them.
 */
export function verifyIntegrity(contents: Contents, signatures: readonly JudgedSignature[]): string {
  const root = rootOf(contents.leaves)
  checkCheckpoint(contents, root)
  checkOpen(contents)
  checkClose(contents, root)
  checkBundle(contents)
  checkDisclosures(contents)
  for (const { file, key, holds } of signatures) {
    if (key !== undefined && !holds) {
      refuse('BAD_SIGNATURE', `The signature of ${file} is not one of the key ${key.keyId} over it.`, file)
    }
  }
  const judged = signatures.filter(({ key }) => key !== undefined).length
  return `${contents.leaves.length} records under root ${hex(root)}; ${judged} of 3 signatures judged.`
}

function checkCheckpoint({ checkpoint, leaves, run }: Contents, root: Uint8Array): void {
  const { origin, size } = checkpoint
  if (origin !== runOrigin(run)) {
    refuse('WRONG_RUN', `The checkpoint's origin is '${origin}', not that of run ${run}.`, CHECKPOINT)
  }
  if (size !== leaves.length) {
    refuse('ROOT_MISMATCH', `The checkpoint is over ${size} records; there are ${leaves.length}.`, RECORDS)
  }
  if (!bytesEqual(checkpoint.root, root)) {
    refuse('ROOT_MISMATCH', `The records give root ${hex(root)}, the checkpoint has another.`, RECORDS)
  }
}

function checkOpen({ records, leaves, runOpen, files }: Contents): void {
  const [opened] = records
  const [first] = leaves
  const expected = opened && first && runOpenStatement(first, opened)
  if (opened === undefined || expected === undefined) {
    refuse('OPEN_MISMATCH', 'The first record opens no run.', `${RECORDS}#/0`)
  }
  if (canonicalJson(runOpen.statement) !== canonicalJson(expected)) {
    refuse('OPEN_MISMATCH', 'The opening statement is not the one of the first record.', RUN_OPEN)
  }
  const code = codeFile(opened)
  if (code === undefined || !bytesEqual(code, files.get(CODE) ?? new Uint8Array(0))) {
    refuse('CODE_FILE_MISMATCH', `${CODE} does not say what the first record says.`, CODE)
  }
}

function checkClose({ records, files, runClose }: Contents, root: Uint8Array): void {
  const { predicate } = runClose.statement
  const digests = fileDigests(files)
  const vouched = Object.keys(digests).filter((name) => name !== MANIFEST && name !== RUN_CLOSE)
  for (const name of new Set([...vouched, ...Object.keys(predicate.files)])) {
    const named = Object.hasOwn(predicate.files, name) ? predicate.files[name] : 'nothing'
    const found = vouched.includes(name) ? digests[name] : 'nothing'
    if (named === found) continue
    refuse('FILE_MISMATCH', `The closing statement has ${named} for ${name}; the file gives ${found}.`, name)
  }
  const last = records.at(-1)
  const expected = last && runCloseStatement(last, records.length, root, predicate.files)
  if (expected === undefined) {
    refuse('CLOSE_MISMATCH', 'The last record ends no run.', `${RECORDS}#/${records.length - 1}`)
  }
  if (canonicalJson(runClose.statement) !== canonicalJson(expected)) {
    refuse('CLOSE_MISMATCH', 'The closing statement is not the one of these records.', RUN_CLOSE)
  }
}

function checkBundle({ records, files }: Contents): void {
  const [opened] = records
  const policy = [...files].filter(([name]) => name.startsWith(POLICY))
  const hash = bundleHashOfDigests(
    Object.fromEntries(policy.map(([name, bytes]) => [name.slice(POLICY.length), sha256Hex(bytes)])),
  )
  if (opened?.kind === 'run.open' && opened.det.bundle !== hash) {
    const pinned = opened.det.bundle
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
