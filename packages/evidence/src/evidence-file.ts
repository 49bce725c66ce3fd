import { type PublicKey, WritError } from '@writ/contract'
import { canonicalBytes } from './canonical.ts'
import type { Disclosure, DisclosuresFile } from './disclosures.ts'
import { utf8 } from './encoding.ts'
import {
  APPROVAL,
  CHECKPOINT,
  CODE,
  codeFile,
  DISCLOSURES,
  digestsOf,
  inOrder,
  MANIFEST,
  manifest,
  POLICY,
  RECORDS,
  RUN_CLOSE,
  RUN_OPEN,
  TRUST_HINT,
} from './evidence-layout.ts'
import type { FileContent } from './file-content.ts'
import { decodeRecord } from './record.ts'
import type { RecordsFile } from './records-file.ts'
import { parseRunClose } from './statement-run.ts'
import { writeTar } from './tar.ts'

/** What a `proof` file is made from. */
export interface EvidenceParts {
  /** From `recordsFile`. */
  readonly records: RecordsFile
  /** From `signRunOpen`. */
  readonly runOpen: Uint8Array
  /** From `signCheckpoint`, after the root was persisted. */
  readonly checkpoint: Uint8Array
  /** Every file of the policy bundle, by name. */
  readonly policy: Readonly<Record<string, string>>
  /** What governance signed for the bundle (`bundle.dsse`), where there is such a thing. */
  readonly approval?: Uint8Array | undefined
  readonly disclosures: readonly Disclosure[]
  /** Keys to name as a hint. */
  readonly keys: readonly PublicKey[]
}

/** The files the closing statement vouches for: all but itself and the manifest. */
export function evidenceFiles(parts: EvidenceParts): ReadonlyMap<string, FileContent> {
  const opened = decodeRecord(parts.records.first)
  const code = codeFile(opened)
  if (code === undefined) throw new WritError('INTERNAL', 'The first record is no run.open.')
  const disclosures: DisclosuresFile = {
    schema: 'writ.disclosures/1',
    run: opened.run,
    items: parts.disclosures,
  }
  return new Map<string, FileContent>([
    [CHECKPOINT, parts.checkpoint],
    [RECORDS, parts.records],
    [RUN_OPEN, parts.runOpen],
    ...(parts.approval === undefined ? [] : [[APPROVAL, parts.approval] as const]),
    ...Object.entries(parts.policy).map(([name, text]) => [POLICY + name, utf8(text)] as const),
    [DISCLOSURES, canonicalBytes(disclosures)],
    [CODE, code],
    [TRUST_HINT, canonicalBytes({ schema: 'writ.trust-hint/1', keys: parts.keys })],
  ])
}

/**
 * The evidence file, piece by piece: the files of `evidenceFiles`, the closing statement of `signRunClose`, proofs that its
 * statements are logged, by name, and the manifest.
 */
export function packEvidence(
  files: ReadonlyMap<string, FileContent>,
  runClose: Uint8Array,
  proofs: ReadonlyMap<string, Uint8Array> = new Map(),
): AsyncIterable<Uint8Array> {
  const { run } = parseRunClose(runClose, RUN_CLOSE).statement.predicate
  const listed = inOrder(new Map([...files, [RUN_CLOSE, runClose], ...proofs]))
  return writeTar(inOrder(new Map([...listed, [MANIFEST, manifest(run, digestsOf(listed))]])))
}
