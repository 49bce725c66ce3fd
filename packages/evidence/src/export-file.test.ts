import { label, type RecordedDecision, type Signer } from '@writ/contract'
import { expect, test } from 'vitest'
import { archiveOf, bytesOf, filesOf, held } from './archive.fixture.ts'
import { bytesSource } from './byte-source.ts'
import { canonicalBytes, parseCanonical } from './canonical.ts'
import { utf8 } from './encoding.ts'
import { readEvidence } from './evidence-contents.ts'
import { CODE, DISCLOSURES, digestsOf, EXPORT, inOrder, MANIFEST, manifest } from './evidence-layout.ts'
import { type Copy, originalFiles, packExport, signExport } from './export-file.ts'
import { payloadFiles } from './payload-packs.ts'
import { OWNER, pack, RUN, sampleEvidence, WordSigner } from './sample-run.fixture.ts'
import { verifyEvidence } from './verify.ts'

// Copies of the sample run. The payloads are any bytes: what they hold is for whoever does the run again.

const trust = OWNER.trust()
const ALLOWED: RecordedDecision = {
  action: 'output::release',
  resource: 'sink:terminal',
  taint: label('internal'),
  depth: 0,
  discharged: [],
  verdict: 'allow',
  policies: ['permit-release'],
  reason: 'permitted',
}
const PAYLOADS = new Map([
  ['0/0/run.open/question', utf8('first ciphertext')],
  ['0/2/model.result/output', utf8('second')],
  ['0.0/1/cell/code', utf8('third, longer than a pack may be')],
])

const original = await readEvidence(bytesSource(await pack(await sampleEvidence())))
const root = original.runClose.statement.predicate.root
const proof = await held(originalFiles(original))
const replayFiles = new Map([
  ...proof,
  ...(await held(
    await payloadFiles(
      {
        run: RUN,
        key: new Uint8Array(32).fill(7),
        paths: [...PAYLOADS.keys()],
        sealed: (path) => Promise.resolve(PAYLOADS.get(path) ?? new Uint8Array(0)),
      },
      16,
    ),
  )),
])

function copy(files: ReadonlyMap<string, Uint8Array>, facts: Partial<Copy> = {}): Copy {
  return { run: RUN, root, at: '2026-11-25T10:00:00.000Z', decision: ALLOWED, files, ...facts }
}

/** A copy as its maker packs it. */
async function packed(
  files: ReadonlyMap<string, Uint8Array>,
  facts: Partial<Copy> = {},
  signer: Signer = OWNER,
): Promise<Uint8Array> {
  const made = copy(files, facts)
  return bytesOf(packExport(made, await signExport(signer, made)))
}

/** These files with a manifest made to fit: what anyone can do. */
function repacked(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const listed = inOrder(new Map([...files].filter(([name]) => name !== MANIFEST)))
  return archiveOf(inOrder(new Map([...listed, [MANIFEST, manifest(RUN, digestsOf(listed))]])))
}

async function failures(bytes: Uint8Array): Promise<readonly string[]> {
  const { ok, verdicts } = await verifyEvidence(bytes, { trust })
  const failed = verdicts.filter(({ result }) => result === 'fail')
  expect(ok).toBe(failed.length === 0)
  return failed.map(({ name, code }) => `${name} ${code}`)
}

function without(files: ReadonlyMap<string, Uint8Array>, ...names: string[]): Map<string, Uint8Array> {
  return new Map([...files].filter(([name]) => !names.includes(name)))
}

const replay = await packed(replayFiles)

test('a replay file holds, and says where each payload lies', async () => {
  const report = await verifyEvidence(replay, { trust })
  expect(report.ok).toBe(true)
  expect(report.verdicts.find(({ name }) => name === 'REPLAY')?.code).toBe('NEEDS_RUNTIME')
  const { profile, payloads, source, digests } = await readEvidence(bytesSource(replay))
  expect(profile).toBe('replay')
  expect([...digests.keys()].filter((name) => name.endsWith('.pack'))).toHaveLength(3)
  const found = new Map<string, Uint8Array>()
  for (const { path, pack: number, offset, size } of payloads?.items ?? [])
    found.set(path, (await source(`payloads/000${number}.pack`)?.read(offset, size)) ?? new Uint8Array(0))
  expect(found).toEqual(new Map([...PAYLOADS].sort(([a], [b]) => (a < b ? -1 : 1))))
})

test('a copy of a copy is made from what the run itself made', async () => {
  const again = await held(originalFiles(await readEvidence(bytesSource(replay))))
  expect(again).toEqual(proof)
})

test('no byte of a replay file can change', { timeout: 120_000 }, async () => {
  for (let i = 0; i < replay.length; i += 13) {
    const altered = replay.slice()
    altered[i] = (altered[i] ?? 0) ^ (1 << (i % 8))
    if ((await failures(altered)).length === 0) expect.fail(`byte ${i} can change`)
  }
})

test('no byte of what a copy adds can change, even when the manifest is made to fit', {
  timeout: 120_000,
}, async () => {
  const all = without(await filesOf(replay), MANIFEST)
  const added = [...all.keys()].filter((name) => !proof.has(name))
  expect(added).toHaveLength(6)
  for (const name of added) {
    const bytes = all.get(name) ?? new Uint8Array(0)
    for (let i = 0; i < bytes.length; i += 3) {
      const altered = bytes.slice()
      altered[i] = (altered[i] ?? 0) ^ (1 << (i % 8))
      const found = await failures(await repacked(new Map([...all, [name, altered]])))
      if (found.length === 0) expect.fail(`byte ${i} of ${name} can change`)
    }
  }
})

const all = await filesOf(replay)
const part = (name: string): Uint8Array => all.get(name) ?? new Uint8Array(0)
const index = (change: (items: object[]) => object[]): Uint8Array => {
  const parsed = parseCanonical(part('payloads/index.json'), 'index') as { items: object[] }
  return canonicalBytes({ ...parsed, items: change(parsed.items) })
}

test.each([
  ['without its statement', without(all, EXPORT), 'INTEGRITY MISSING_FILE'],
  ['without its key', without(all, 'run.key'), 'INTEGRITY MISSING_FILE'],
  ['without its index', without(all, 'payloads/index.json'), 'INTEGRITY MISSING_FILE'],
  ['without a pack', without(all, 'payloads/0002.pack'), 'INTEGRITY BAD_SHAPE'],
  [
    'with packs exchanged',
    new Map([
      ...all,
      ['payloads/0000.pack', part('payloads/0001.pack')],
      ['payloads/0001.pack', part('payloads/0000.pack')],
    ]),
    'INTEGRITY BAD_SHAPE',
  ],
  ['with a short key', new Map([...all, ['run.key', new Uint8Array(31)]]), 'INTEGRITY BAD_SHAPE'],
  ['with another key', new Map([...all, ['run.key', new Uint8Array(32)]]), 'INTEGRITY EXPORT_MISMATCH'],
  ['with a file nobody knows', new Map([...all, ['payloads/more.bin', utf8('x')]]), 'INTEGRITY UNKNOWN_FILE'],
  [
    'with an index out of order',
    new Map([...all, ['payloads/index.json', index((items) => items.toReversed())]]),
    'INTEGRITY BAD_SHAPE',
  ],
  [
    'with an index that leaves a payload out',
    new Map([...all, ['payloads/index.json', index((items) => items.slice(0, -1))]]),
    'INTEGRITY BAD_SHAPE',
  ],
])('a replay file %s is refused', async (_, files, expected) => {
  expect(await failures(await repacked(files))).toEqual([expected])
})

test('the statement has to be about this run, allow it, and be by a trusted key in its role', async () => {
  expect(await failures(await packed(replayFiles, { root: '0'.repeat(64) }))).toEqual([
    'INTEGRITY EXPORT_MISMATCH',
  ])
  const denied = { ...ALLOWED, verdict: 'deny' } as const
  for (const decision of [null, denied])
    expect(await failures(await packed(replayFiles, { decision }))).toEqual(['INTEGRITY EXPORT_MISMATCH'])
  expect(await failures(await packed(replayFiles, {}, new WordSigner('attacker')))).toEqual([
    'AUTHORITY UNKNOWN_KEY',
  ])
  // The statement of the copy of another profile.
  const other = (await filesOf(await packed(proof, { decision: null }))).get(EXPORT) ?? new Uint8Array(0)
  expect(await failures(await repacked(new Map([...all, [EXPORT, other]])))).toEqual([
    'INTEGRITY EXPORT_MISMATCH',
  ])
})

function redactedFiles(): Map<string, Uint8Array> {
  const items = original.disclosures.items.filter(({ field }) => field !== 'output.release/value')
  return new Map([...proof, [DISCLOSURES, canonicalBytes({ ...original.disclosures, items })]])
}

test('a copy may lay open less, says what, and needs its statement for it', async () => {
  const bytes = await packed(redactedFiles(), { decision: null })
  const report = await verifyEvidence(bytes, { trust })
  expect(report.ok).toBe(true)
  expect(report.verdicts.find(({ name }) => name === 'DISCLOSURE')?.detail).toMatch(
    /4 opened fields .*; redacted: 0\/\d+\/output\.release\/value\.$/,
  )
  const bare = await repacked(without(await filesOf(bytes), EXPORT))
  expect(await failures(bare)).toEqual(['INTEGRITY FILE_MISMATCH'])
})

test('a copy may not change anything else, whoever signs it', async () => {
  for (const name of [CODE, 'trust-hint/keys.json', 'checkpoint']) {
    const bytes = (proof.get(name) ?? new Uint8Array(0)).slice()
    bytes[bytes.length - 4] = (bytes[bytes.length - 4] ?? 0) ^ 1
    const found = await failures(await packed(new Map([...proof, [name, bytes]]), { decision: null }))
    expect(found, name).not.toEqual([])
  }
  const without = new Map([...proof].filter(([name]) => !name.startsWith('policy/')))
  expect(await failures(await packed(without, { decision: null }))).toEqual(['INTEGRITY FILE_MISMATCH'])
})
