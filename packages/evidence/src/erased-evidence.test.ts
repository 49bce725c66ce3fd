import { expect, test } from 'vitest'
import { bytesOf, filesOf, packed } from './archive.fixture.ts'
import { bytesSource } from './byte-source.ts'
import { sha256Hex } from './crypto.ts'
import { hex } from './encoding.ts'
import { emptiedEvidence, emptyDisclosures } from './erased-evidence.ts'
import { readEvidence } from './evidence-contents.ts'
import { DISCLOSURES, ERASURE, MANIFEST, RUN_CLOSE } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import { OWNER, pack, RUN, sampleAnswer, sampleEvidence, WordSigner } from './sample-run.fixture.ts'
import { signByOperator } from './statement.ts'
import { ERASURE_KIND, type Erasure } from './statement-erasure.ts'
import { verifyEvidence } from './verify.ts'

const trust = OWNER.trust()
const sample = await sampleEvidence()
const file = await pack(sample)
const before = await filesOf(file)

const ERASED: Erasure = {
  run: RUN,
  root: hex(rootOf(sample.leaves)),
  reason: 'asked for',
  at: '2026-02-01T10:00:00.000Z',
  reached: ['the key of the run'],
  notReached: ['reports'],
  disclosures: sha256Hex(emptyDisclosures(RUN)),
}

async function emptied(erasure: Erasure = ERASED, signer = OWNER): Promise<Uint8Array> {
  const contents = await readEvidence(bytesSource(file))
  return await bytesOf(emptiedEvidence(contents, await signByOperator(signer, ERASURE_KIND, erasure)))
}

/** The emptied file with files changed or taken away, and the manifest made to fit. */
async function altered(changes: Readonly<Record<string, Uint8Array | undefined>>): Promise<Uint8Array> {
  const files = new Map(await filesOf(await emptied()))
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes === undefined) files.delete(name)
    else files.set(name, bytes)
  }
  const runClose = files.get(RUN_CLOSE) ?? new Uint8Array(0)
  files.delete(MANIFEST)
  files.delete(RUN_CLOSE)
  return await packed(files, runClose)
}

async function judged(bytes: Uint8Array): Promise<readonly string[]> {
  const { verdicts } = await verifyEvidence(bytes, { trust })
  return verdicts
    .filter(({ result }) => result === 'fail')
    .map(({ name, code, at }) => `${name} ${code} ${at}`)
}

test('an emptied file holds, discloses nothing and says what is gone since when', async () => {
  const bytes = await emptied()
  const report = await verifyEvidence(bytes, { trust })
  expect(report.ok).toBe(true)
  expect(report.verdicts.slice(0, 3).map(({ result }) => result)).toEqual(['pass', 'pass', 'pass'])
  const disclosure = report.verdicts.find(({ name }) => name === 'DISCLOSURE')
  expect(disclosure).toMatchObject({ result: 'not-evaluated', code: 'ERASED' })
  for (const said of [ERASED.at, ERASED.reason, 'the key of the run'])
    expect(disclosure?.detail).toContain(said)
  const after = await filesOf(bytes)
  const changed = [...after].filter(
    ([name, own]) => sha256Hex(before.get(name) ?? new Uint8Array(0)) !== sha256Hex(own),
  )
  expect(changed.map(([name]) => name)).toEqual([MANIFEST, ERASURE, DISCLOSURES])
})

test('emptied again, it is the file of the later statement', async () => {
  const later = { ...ERASED, at: '2026-03-01T10:00:00.000Z' }
  const statement = await signByOperator(OWNER, ERASURE_KIND, later)
  const contents = await readEvidence(bytesSource(await emptied()))
  expect(await bytesOf(emptiedEvidence(contents, statement))).toEqual(await emptied(later))
})

test('no answer can be tied to it', async () => {
  const report = await verifyEvidence(await emptied(), { trust, answer: sampleAnswer() })
  expect(report.ok).toBe(false)
  expect(report.verdicts.find(({ name }) => name === 'DISCLOSURE')?.code).toBe('NOT_DISCLOSED')
})

test.each<[string, Partial<Erasure>, string]>([
  ['another run', { run: RUN.replace('0189', '0188') }, 'WRONG_RUN erasure.dsse'],
  ['other records', { root: '0'.repeat(64) }, 'ROOT_MISMATCH erasure.dsse'],
  ['other disclosures', { disclosures: '0'.repeat(64) }, 'NOT_ERASED disclosures.json'],
  ['no disclosures', { disclosures: undefined }, 'NOT_ERASED disclosures.json'],
])('a statement about %s empties nothing', async (_, change, expected) => {
  const { disclosures, ...rest } = { ...ERASED, ...change }
  const erasure = disclosures === undefined ? rest : { ...rest, disclosures }
  expect(await judged(await emptied(erasure))).toEqual([`INTEGRITY ${expected}`])
})

test('disclosures beside an erasure are refused, whatever the statement names', async () => {
  const kept = before.get(DISCLOSURES) ?? new Uint8Array(0)
  const naming = { ...ERASED, disclosures: sha256Hex(kept) }
  const statement = await signByOperator(OWNER, ERASURE_KIND, naming)
  const refused = ['INTEGRITY NOT_ERASED disclosures.json']
  expect(await judged(await altered({ [DISCLOSURES]: kept }))).toEqual(refused)
  expect(await judged(await altered({ [DISCLOSURES]: kept, [ERASURE]: statement }))).toEqual(refused)
})

test('without its statement, an emptied file is not the one that was closed', async () => {
  expect(await judged(await altered({ [ERASURE]: undefined }))).toEqual([
    'INTEGRITY FILE_MISMATCH disclosures.json',
  ])
})

test('nobody but a trusted operator empties a file, and not after the key was revoked', async () => {
  expect(await judged(await emptied(ERASED, new WordSigner('attacker')))).toEqual([
    'AUTHORITY UNKNOWN_KEY erasure.dsse',
  ])
  const keys = trust.keys.map((key) => ({ ...key, revokedAt: '2026-01-31T00:00:00.000Z' }))
  const { verdicts } = await verifyEvidence(await emptied(), { trust: { ...trust, keys } })
  expect(verdicts.find(({ name }) => name === 'AUTHORITY')).toMatchObject({
    code: 'KEY_NOT_VALID',
    at: ERASURE,
  })
})

test('no byte of the statement can change, even when the manifest is made to fit', {
  timeout: 60_000,
}, async () => {
  const statement = (await filesOf(await emptied())).get(ERASURE) ?? new Uint8Array(0)
  const copy = statement.slice()
  for (let i = 0; i < statement.length; i++) {
    const byte = statement[i] ?? 0
    copy[i] = byte ^ (1 << (i % 8))
    if ((await judged(await altered({ [ERASURE]: copy }))).length === 0) expect.fail(`byte ${i} can change`)
    copy[i] = byte
  }
  expect(await judged(await altered({ [ERASURE]: copy }))).toEqual([])
})
