import type { TrustRoot } from '@writ/contract'
import { expect, test } from 'vitest'
import { packed } from './archive.fixture.ts'
import { type Signatory, signatoryOf } from './dsse.ts'
import { APPROVAL } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import { OPENED_AT, OWNER, sampleEvidence, WordSigner } from './sample-run.fixture.ts'
import { signStatement } from './statement.ts'
import { BUNDLE_KIND } from './statement-bundle.ts'
import { parseRunOpen, signRunClose } from './statement-run.ts'
import { verifyEvidence } from './verify.ts'

const sample = await sampleEvidence()
const { bundle } = parseRunOpen(sample.files.get('run-open.dsse') ?? new Uint8Array(0), 'open').statement
  .predicate
const [ann, bo, cy, mallory] = ['ann', 'bo', 'cy', 'mallory'].map((word) => new WordSigner(word)) as [
  WordSigner,
  WordSigner,
  WordSigner,
  WordSigner,
]
const at = new Date(OPENED_AT).toISOString()
const earlier = new Date(OPENED_AT - 1).toISOString()

function trusting(threshold: number | undefined, cyEnds: string | null = null): TrustRoot {
  const { keys, ...root } = OWNER.trust()
  const governance = [ann, bo, cy].map((one) => ({
    ...one.publicKey('governance'),
    validFrom: new Date(OPENED_AT - 60_000).toISOString(),
    validUntil: one === cy ? cyEnds : null,
  }))
  return {
    ...root,
    keys: [...keys, ...governance],
    ...(threshold === undefined ? {} : { thresholds: { governance: threshold } }),
  }
}

const by = (...signers: readonly WordSigner[]): readonly Signatory[] =>
  signers.map((one) => signatoryOf(one, 'governance'))
const signed = (signatories: readonly Signatory[], hash = bundle): Promise<Uint8Array> =>
  signStatement(BUNDLE_KIND, { bundle: hash, name: 'sample', at }, signatories)
const posing: Signatory = {
  keyId: bo.publicKey('governance').keyId,
  sign: (bytes) => mallory.sign('governance', bytes),
}

/** What AUTHORITY says of the sample with this approval. */
async function authority(approval: Uint8Array | undefined, trust: TrustRoot): Promise<string> {
  const files = new Map([...sample.files, ...(approval === undefined ? [] : [[APPROVAL, approval] as const])])
  const { leaves } = sample
  const lastRecord = leaves.at(-1) ?? new Uint8Array(0)
  const runClose = await signRunClose(OWNER, { lastRecord, size: leaves.length, root: rootOf(leaves), files })
  const { verdicts } = await verifyEvidence(await packed(files, runClose), { trust })
  expect(verdicts[0]).toMatchObject({ name: 'INTEGRITY', result: 'pass' })
  return `${verdicts[1]?.result} ${verdicts[1]?.code}`
}

test.each<[string, () => Promise<Uint8Array | undefined>, TrustRoot, string]>([
  ['as many as asked', () => signed(by(ann, bo)), trusting(2), 'pass OK'],
  ['more than asked, and a stranger', () => signed(by(ann, bo, cy, mallory)), trusting(2), 'pass OK'],
  ['none where none is asked', async () => undefined, trusting(undefined), 'pass OK'],
  ['one where none is asked', () => signed(by(ann)), trusting(undefined), 'pass OK'],
  ['nothing', async () => undefined, trusting(1), 'fail NOT_APPROVED'],
  ['one too few', () => signed(by(ann)), trusting(2), 'fail APPROVAL_SHORT'],
  ['a stranger among them', () => signed(by(ann, mallory)), trusting(2), 'fail APPROVAL_SHORT'],
  ['a key that did not sign', () => signed([...by(ann), posing]), trusting(2), 'fail APPROVAL_SHORT'],
  [
    'a key of another role',
    () => signed([...by(ann), signatoryOf(OWNER, 'operator')]),
    trusting(2),
    'fail APPROVAL_SHORT',
  ],
  ['a key no longer valid', () => signed(by(ann, cy)), trusting(2, earlier), 'fail APPROVAL_SHORT'],
  ['another bundle', () => signed(by(ann, bo), 'ab'.repeat(32)), trusting(2), 'fail APPROVAL_MISMATCH'],
  [
    'another bundle where none is asked',
    () => signed(by(ann), 'ab'.repeat(32)),
    trusting(undefined),
    'fail APPROVAL_MISMATCH',
  ],
])('governance signed for the bundle: %s', async (_, approval, trust, expected) => {
  expect(await authority(await approval(), trust)).toBe(expected)
})
