import type { Signer, TrustRoot } from '@writ/contract'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { bytesOf } from './archive.fixture.ts'
import { signCheckpoint } from './checkpoint.ts'
import { packEvidence } from './evidence-file.ts'
import { CHECKPOINT, DISCLOSURES, RECORDS, RUN_CLOSE, RUN_CLOSE_PROOF, RUN_OPEN } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import {
  ATTACKER,
  EXCHANGED,
  filesOf,
  Impostor,
  logProof,
  manifested,
  sample,
} from './mutated-file.fixture.ts'
import { otherRun, type Records, retold } from './mutation-classes.fixture.ts'
import { distinct, expectRefused, type Refusal } from './refusal.fixture.ts'
import { OPENED_AT, OWNER, RUN, type Sample, sampleEvidence, WordSigner } from './sample-run.fixture.ts'
import { signRunClose, signRunOpen } from './statement-run.ts'
import { verifyEvidence } from './verify.ts'

// Generated mutations of who signs what: other keys, files of another run, two accounts of one run.

vi.setConfig({ testTimeout: 60_000 })

const SIGNERS = {
  right: OWNER,
  exchanged: EXCHANGED,
  stranger: ATTACKER,
  posing: new Impostor(OWNER, ATTACKER),
  misnamed: new Impostor(ATTACKER, OWNER),
} as const satisfies Record<string, Signer>
type By = keyof typeof SIGNERS

const signer = fc.constantFrom(...(Object.keys(SIGNERS) as By[]))

/** What AUTHORITY says of the first signature that is not right. */
const AUTHORITY = {
  exchanged: 'WRONG_ROLE',
  stranger: 'UNKNOWN_KEY',
  posing: 'NOT_SIGNED',
  misnamed: 'UNKNOWN_KEY',
} as const

/** The sample, its three signatures made by these. */
async function signedBy([open, head, close]: readonly [By, By, By]): Promise<Uint8Array> {
  const { leaves } = sample
  const [first, last] = [leaves[0] ?? new Uint8Array(0), leaves.at(-1) ?? new Uint8Array(0)]
  const root = rootOf(leaves)
  const size = leaves.length
  const files = new Map([
    ...sample.files,
    [RUN_OPEN, await signRunOpen(SIGNERS[open], first)],
    [CHECKPOINT, await signCheckpoint(SIGNERS[head], RUN, size, root)],
  ])
  return manifested(
    filesOf({
      ...sample,
      files,
      runClose: await signRunClose(SIGNERS[close], { lastRecord: last, size, root, files }),
    }),
  )
}

test('keys swapped: each signature by another key, by another role, or in the name of another', async () => {
  const swaps = fc.tuple(signer, signer, signer).filter((by) => by.some((one) => one !== 'right'))
  await expectRefused(distinct(swaps), signedBy, (by): Refusal => {
    const wrong = by.find((one) => one !== 'right')
    if (wrong === undefined) throw new Error('all signers are right')
    return {
      by: {
        AUTHORITY: [AUTHORITY[wrong]],
        ...(by.includes('posing') ? { INTEGRITY: ['BAD_SIGNATURE'] } : {}),
      },
    }
  })
  await expectRefused([['right', 'right', 'right'] as const], signedBy, { by: {} })
})

const MIXED = [CHECKPOINT, RECORDS, RUN_OPEN, RUN_CLOSE, DISCLOSURES]
const someMixed = fc.subarray(MIXED, { minLength: 1 })

/** The sample with these files of another, and the manifest made to fit. */
const mixed = (other: Sample, names: readonly string[]): ReadonlyMap<string, Uint8Array> =>
  new Map(
    [...filesOf(sample)].map(([name, bytes]) => [
      name,
      names.includes(name) ? (filesOf(other).get(name) ?? bytes) : bytes,
    ]),
  )

/** Whether two sets of files are the same, byte for byte. */
const same = (a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean =>
  [...a].every(([name, bytes]) => Buffer.compare(bytes, b.get(name) ?? new Uint8Array(0)) === 0)

test('files of another run of the same keeper spliced in', async () => {
  const at = fc.record({
    names: fc.subarray(MIXED, { minLength: 1, maxLength: MIXED.length - 1 }),
    later: fc.nat(1000),
  })
  const make = async ({ names, later }: { names: readonly string[]; later: number }): Promise<Uint8Array> => {
    const moved = otherRun.map((record, i) =>
      i === 1 ? { ...record, obs: { ...record.obs, at: record.obs.at + later } } : record,
    )
    return manifested(mixed(await sampleEvidence(moved as Records), names))
  }
  await expectRefused(distinct(at), make, {
    by: { INTEGRITY: ['WRONG_RUN', 'MANIFEST_MISMATCH', 'ROOT_MISMATCH', 'OPEN_MISMATCH', 'FILE_MISMATCH'] },
  })
})

interface Account {
  readonly records: Records
  readonly names: readonly string[]
}
const accounts = fc.record({ records: retold, names: someMixed })

test('two accounts of one run, each signed with the right keys, mixed', async () => {
  const made = new Map<Account, ReadonlyMap<string, Uint8Array>>()
  const mixes: Account[] = []
  for (const account of distinct(accounts, 300)) {
    const other = await sampleEvidence(account.records)
    const files = mixed(other, account.names)
    if (same(files, filesOf(sample)) || same(files, filesOf(other))) continue
    made.set(account, files)
    mixes.push(account)
  }
  expect(mixes.length).toBeGreaterThanOrEqual(100)
  await expectRefused(mixes, (account) => manifested(made.get(account) ?? new Map()), {
    by: { INTEGRITY: ['ROOT_MISMATCH', 'OPEN_MISMATCH', 'FILE_MISMATCH', 'CLOSE_MISMATCH'] },
  })
})

const WITNESS = new WordSigner('witness')
const witnessed: TrustRoot = {
  ...OWNER.trust(),
  keys: [
    ...OWNER.trust().keys,
    { ...WITNESS.publicKey('witness'), validFrom: new Date(OPENED_AT).toISOString(), validUntil: null },
  ],
  thresholds: { witness: 1 },
}

/** A whole account of the run with a proof that its close is in the log. */
async function proven(account: Sample, proof?: Uint8Array): Promise<Uint8Array> {
  const proofs = new Map(proof === undefined ? [] : [[RUN_CLOSE_PROOF, proof] as const])
  return bytesOf(packEvidence(account.files, account.runClose, proofs))
}

test('another account of a run, signed again with the right keys: only the log refuses it', async () => {
  const logged = await logProof([sample.runClose], WITNESS)
  const others = distinct(retold)
  const honest = await verifyEvidence(await proven(sample, logged), { trust: witnessed })
  expect(honest.ok).toBe(true)
  const cases: [(other: Sample) => Promise<Uint8Array>, Refusal][] = [
    [(other) => proven(other), { by: { WITNESSED: ['NOT_LOGGED'] } }],
    [(other) => proven(other, logged), { by: { WITNESSED: ['NOT_INCLUDED'] } }],
    [
      async (other) => proven(other, await logProof([other.runClose])),
      { by: { WITNESSED: ['QUORUM_NOT_MET'] } },
    ],
  ]
  for (const [make, refusal] of cases) {
    await expectRefused(others, async (other) => make(await sampleEvidence(other)), refusal, witnessed)
  }
})
