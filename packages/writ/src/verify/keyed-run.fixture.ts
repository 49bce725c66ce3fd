import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer, Signer } from '@writ/contract'
import {
  type AnyRecord,
  type Disclosure,
  decodeRecord,
  encodeRecord,
  evidenceFiles,
  hex,
  leafHash,
  MerkleTree,
  packEvidence,
  readEvidence,
  recordsFile,
  signCheckpoint,
  signRunClose,
  signRunOpen,
  type VerdictReport,
} from '@writ/evidence'
import { withEvidence } from '../files/evidence-source.ts'
import { openLedger, openSigner } from '../ledger/index.ts'
import { bundleOf, verifyFile } from './verify-file.ts'

// A real run, altered and signed again with the keys of its own home, as its keeper can. For tests only.

export interface KeyedRun {
  readonly home: string
  readonly records: readonly AnyRecord[]
  /** What the run laid open, and the key that its commitments are made with. */
  readonly disclosures: readonly Disclosure[]
  readonly key: Uint8Array
  readonly policy: Readonly<Record<string, string>>
  readonly signer: Signer
}

/** Reads a finished run back from its evidence file and its home. */
export async function keyedRun(home: string, { run, evidence }: Answer): Promise<KeyedRun> {
  const ledger = await openLedger(home)
  const key = await ledger.key(run)
  await ledger.close()
  if (key === undefined) throw new Error(`The home has no key of ${run}.`)
  return await withEvidence(evidence ?? '', async (source) => {
    const contents = await readEvidence(source)
    const records: AnyRecord[] = []
    for await (const batch of contents.records()) records.push(...batch.records)
    const { disclosures } = contents
    const signer = await openSigner(home)
    return { home, records, disclosures: disclosures.items, key, policy: bundleOf(contents), signer }
  })
}

/** Signs records and what is laid open of them, and has the file judged, by its policy too where nothing else refuses it. */
export async function judgeAgain(
  run: KeyedRun,
  records: readonly AnyRecord[],
  disclosures: readonly Disclosure[] = run.disclosures,
): Promise<VerdictReport> {
  const { home, signer, policy } = run
  const leaves = refitted(records).map((record) => encodeRecord(record))
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.append(leafHash(leaf))
  const made = await recordsFile(() => leaves)
  const root = tree.root()
  const id = records[0]?.run ?? ''
  const files = evidenceFiles({
    records: made,
    runOpen: await signRunOpen(signer, made.first),
    checkpoint: await signCheckpoint(signer, id, tree.size, root),
    policy,
    disclosures,
    keys: [signer.publicKey('log'), signer.publicKey('operator')],
  })
  const runClose = await signRunClose(signer, { lastRecord: made.last, size: tree.size, root, files })
  const path = join(home, `${hex(root).slice(0, 16)}.writ`)
  const parts: Uint8Array[] = []
  for await (const part of packEvidence(files, runClose)) parts.push(part)
  await writeFile(path, Buffer.concat(parts))
  const trust = join(home, 'trust.json')
  // What the records alone give away needs no policy engine, which takes most of the time.
  const report = await verifyFile(path, { trust, only: ['DISCLOSURE'] })
  return report.ok ? await verifyFile(path, { trust, only: ['POLICY', 'DISCLOSURE'] }) : report
}

/** The joins name the records of their children as they are now. */
function refitted(records: readonly AnyRecord[]): readonly AnyRecord[] {
  const lanes = new Map<string, MerkleTree>()
  return records.map((given) => {
    let record = given
    if (record.kind === 'frame.join') {
      const tree = lanes.get(record.det.child) ?? new MerkleTree()
      const obs = { ...record.obs, childRoot: hex(tree.root()), childRecords: tree.size }
      record = { ...record, obs }
    }
    const own = lanes.get(record.lane) ?? new MerkleTree()
    lanes.set(record.lane, own)
    own.append(leafHash(encodeRecord(record)))
    // A keeper writes what reads back.
    return decodeRecord(encodeRecord(record))
  })
}
