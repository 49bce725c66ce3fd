import type { TrustRoot } from '@writ/contract'
import { expect, test } from 'vitest'
import { archiveOf, filesOf as entriesOf, joinRecords } from './archive.fixture.ts'
import { canonicalBytes, parseCanonical } from './canonical.ts'
import { signCheckpoint } from './checkpoint.ts'
import { sha256Hex } from './crypto.ts'
import { parseEnvelope, signEnvelope } from './dsse.ts'
import { concat, utf8 } from './encoding.ts'
import { CHECKPOINT, CODE, DISCLOSURES, RECORDS, RUN_CLOSE, RUN_OPEN, TRUST_HINT } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import { ATTACKER, filesOf, Impostor, manifested, sample } from './mutated-file.fixture.ts'
import { type AnyRecord, encodeRecord } from './record.ts'
import {
  OPENED_AT,
  OWNER,
  PACE_MS,
  pack,
  RUN,
  type Sample,
  sampleEvidence,
  sampleOfLeaves,
  sampleRecords,
} from './sample-run.fixture.ts'
import { PAYLOAD_TYPE } from './statement.ts'
import { fileDigests, signRunOpen } from './statement-run.ts'
import type { VerdictName, VerdictReport } from './verdict.ts'
import { verifyEvidence } from './verify.ts'

const trust = OWNER.trust()
const honest = filesOf(sample)
const file = await pack(sample)

/** The verdicts that failed, as `NAME CODE at`. */
function failures(report: VerdictReport): readonly string[] {
  return report.verdicts
    .filter((verdict) => verdict.result === 'fail')
    .map(({ name, code, at }) => `${name} ${code} ${at}`)
}

const judged = async (bytes: Uint8Array, given: TrustRoot | undefined = trust): Promise<readonly string[]> =>
  failures(await verifyEvidence(bytes, { trust: given }))

test('an honest file passes, and what is not judged says so', async () => {
  const report = await verifyEvidence(file, { trust })
  expect(report).toMatchObject({ schema: 'writ.verdict/1', ok: true })
  expect(report.verdicts.map(({ name, result, code }) => `${name} ${result} ${code}`)).toEqual([
    'INTEGRITY pass OK',
    'AUTHORITY pass OK',
    'COMPLETENESS pass OK',
    'WITNESSED not-evaluated NO_WITNESS',
    'POLICY not-evaluated NEEDS_RUNTIME',
    'DISCLOSURE pass OK',
    'REPLAY not-evaluated NOT_IN_PROFILE',
  ])
  for (const { detail, at } of report.verdicts) {
    expect(detail).not.toBe('')
    expect(at).toBeNull()
  }
})

test('the same run gives the same file', async () => {
  expect(await pack(await sampleEvidence())).toEqual(file)
})

test('no length of the file but its own is accepted', async () => {
  for (let length = 0; length < file.length; length += 97) {
    expect((await verifyEvidence(file.subarray(0, length), { trust })).ok).toBe(false)
  }
  expect((await verifyEvidence(concat([file, new Uint8Array(512)]), { trust })).ok).toBe(false)
})

/** The archive of these files, manifest made to fit: what an attacker without keys can do. */
function repacked(changes: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  return manifested(new Map([...honest, ...Object.entries(changes)]))
}

test('no byte of any file can change, even when the manifest is made to fit', {
  timeout: 120_000,
}, async () => {
  for (const [name, bytes] of honest) {
    // Every byte of what is signed; of the others one in eleven, each in turn over the bits.
    const step = name === CHECKPOINT || name === RUN_CLOSE ? 3 : 11
    for (let i = 0; i < bytes.length; i += step) {
      const copy = bytes.slice()
      copy[i] = (copy[i] ?? 0) ^ (1 << ((i / step) % 8))
      const report = await verifyEvidence(await repacked({ [name]: copy }), { trust })
      if (report.ok || failures(report).length === 0) expect.fail(`byte ${i} of ${name} can change`)
    }
  }
})

const dropped = sample.leaves.filter((_, i) => i !== 6)
const duplicated = sample.leaves.flatMap((leaf, i) => (i === 6 ? [leaf, leaf] : [leaf]))
const reordered = sample.leaves.map((leaf, i) => sample.leaves[i === 5 ? 6 : i === 6 ? 5 : i] ?? leaf)
const truncated = sample.leaves.slice(0, -1)

const RECORD_ATTACKS: [string, readonly Uint8Array[], string][] = [
  ['dropped', dropped, 'COMPLETENESS SEQ_GAP records.ndjson#/6/seq'],
  ['duplicated', duplicated, 'COMPLETENESS SEQ_GAP records.ndjson#/7/seq'],
  ['reordered', reordered, 'COMPLETENESS SEQ_GAP records.ndjson#/5/seq'],
]

/** The closing statement with these predicate fields, still under the owner's signature of the true one. */
function unsignedClose(predicate: object): Uint8Array {
  const envelope = parseEnvelope(sample.runClose, RUN_CLOSE)
  const statement = JSON.parse(new TextDecoder().decode(envelope.payload))
  Object.assign(statement.predicate, predicate)
  const payload = Buffer.from(canonicalBytes(statement)).toString('base64')
  return canonicalBytes({ ...JSON.parse(new TextDecoder().decode(sample.runClose)), payload })
}

test.each(RECORD_ATTACKS)('a record %s: everything left as it was signed', async (_, leaves, incomplete) => {
  const bytes = await repacked({ [RECORDS]: joinRecords(leaves) })
  expect(await judged(bytes)).toEqual([
    expect.stringMatching(/^INTEGRITY ROOT_MISMATCH records.ndjson$/),
    incomplete,
  ])
})

test.each(RECORD_ATTACKS)(
  'a record %s: digests made to fit, signature left',
  async (_, leaves, incomplete) => {
    const records = joinRecords(leaves)
    const files = { ...fileDigests(sample.files), [RECORDS]: sha256Hex(records) }
    const bytes = await repacked({ [RECORDS]: records, [RUN_CLOSE]: unsignedClose({ files }) })
    expect(await judged(bytes)).toEqual([
      'INTEGRITY ROOT_MISMATCH records.ndjson',
      'AUTHORITY NOT_SIGNED run-close.dsse',
      incomplete,
    ])
  },
)

test.each(RECORD_ATTACKS)('a record %s: all signed again with other keys', async (_, leaves, incomplete) => {
  const bytes = await pack(await sampleOfLeaves(leaves, ATTACKER))
  expect(await judged(bytes)).toEqual(['AUTHORITY UNKNOWN_KEY run-open.dsse', incomplete])
})

test.each(RECORD_ATTACKS)(
  'a record %s: other keys that pose as the right ones',
  async (_, leaves, incomplete) => {
    const bytes = await pack(await sampleOfLeaves(leaves, new Impostor(OWNER, ATTACKER)))
    expect(await judged(bytes)).toEqual([
      'INTEGRITY BAD_SIGNATURE run-open.dsse',
      'AUTHORITY NOT_SIGNED run-open.dsse',
      incomplete,
    ])
  },
)

test.each(RECORD_ATTACKS)('a record %s by the keeper of the keys', async (_, leaves, incomplete) => {
  expect(await judged(await pack(await sampleOfLeaves(leaves)))).toEqual([incomplete])
})

test('a truncated run is found by root, by statement and by its missing end', async () => {
  const records = joinRecords(truncated)
  const files = { ...fileDigests(sample.files), [RECORDS]: sha256Hex(records) }
  const bytes = await repacked({ [RECORDS]: records, [RUN_CLOSE]: unsignedClose({ files }) })
  const failed = await judged(bytes)
  expect(failed[0]).toBe('INTEGRITY ROOT_MISMATCH records.ndjson')
  expect(failed).toContain('COMPLETENESS NOT_CLOSED records.ndjson#/22')
  expect(failed).toContain('DISCLOSURE NO_SUCH_FIELD disclosures.json#/items/4/field')
})

test('without a trust root no key is trusted, least of all those in the file', async () => {
  const report = await verifyEvidence(file)
  expect(report.ok).toBe(false)
  expect(failures(report)).toEqual(['AUTHORITY NO_TRUST_ROOT null'])
})

test('the trust root of another home does not have the keys', async () => {
  expect(await judged(file, ATTACKER.trust())).toEqual(['AUTHORITY UNKNOWN_KEY run-open.dsse'])
  const swapped = await repacked({ [TRUST_HINT]: canonicalBytes({ keys: [ATTACKER.publicKey('log')] }) })
  expect(await judged(swapped, ATTACKER.trust())).toContain('AUTHORITY UNKNOWN_KEY run-open.dsse')
})

const [log, operator] = trust.keys
if (log === undefined || operator === undefined) throw new Error('the sample trust root lacks a key')
const iso = (at: number): string => new Date(at).toISOString()
const closedAt = OPENED_AT + PACE_MS * (sample.leaves.length - 1)

test.each<[string, TrustRoot, readonly string[]]>([
  ['only the log key', { ...trust, keys: [log] }, ['AUTHORITY UNKNOWN_KEY run-open.dsse']],
  ['only the operator key', { ...trust, keys: [operator] }, ['AUTHORITY UNKNOWN_KEY checkpoint']],
  [
    'roles exchanged',
    {
      ...trust,
      keys: [
        { ...log, role: 'operator' },
        { ...operator, role: 'log' },
      ],
    },
    ['AUTHORITY WRONG_ROLE run-open.dsse'],
  ],
  [
    'one key in two roles',
    { ...trust, keys: [log, { ...log, role: 'operator' }] },
    ['AUTHORITY KEY_IN_TWO_ROLES trust root#/keys/1'],
  ],
  [
    'a log key of another name',
    { ...trust, keys: [{ ...log, name: 'other' }, operator] },
    ['AUTHORITY UNKNOWN_KEY checkpoint'],
  ],
  [
    'a key valid from the same moment, written shorter than it sorts',
    {
      ...trust,
      keys: [log, { ...operator, validFrom: iso(Math.floor(OPENED_AT / 1000) * 1000).replace('.000Z', 'Z') }],
    },
    [],
  ],
  [
    'a key valid only later',
    { ...trust, keys: [log, { ...operator, validFrom: iso(OPENED_AT + 1) }] },
    ['AUTHORITY KEY_NOT_VALID run-open.dsse'],
  ],
  [
    'a key that ended before the close',
    { ...trust, keys: [log, { ...operator, validUntil: iso(closedAt) }] },
    ['AUTHORITY KEY_NOT_VALID run-close.dsse'],
  ],
  [
    'a log key that ended',
    { ...trust, keys: [{ ...log, validUntil: iso(closedAt) }, operator] },
    ['AUTHORITY KEY_NOT_VALID checkpoint'],
  ],
  [
    'keys valid to the last millisecond',
    {
      ...trust,
      keys: [
        { ...log, validUntil: iso(closedAt + 1) },
        { ...operator, validUntil: iso(closedAt + 1) },
      ],
    },
    [],
  ],
  [
    'a trust root that is none',
    { keys: [] } as unknown as TrustRoot,
    ['AUTHORITY BAD_TRUST_ROOT trust root#/schema'],
  ],
])('a trust root with %s', async (_, given, expected) => {
  expect(await judged(file, given)).toEqual(expected)
})

const other = async (records: readonly AnyRecord[]): Promise<Sample> => sampleEvidence(records)
const relabelled = (run: string): readonly AnyRecord[] =>
  sampleRecords().map((record) => ({ ...record, run }))
const OTHER = '01890a5d-ac96-774b-bcce-000000000000'

async function signedClose(change: (predicate: Record<string, unknown>) => object): Promise<Uint8Array> {
  const { payload } = parseEnvelope(sample.runClose, RUN_CLOSE)
  const statement = parseCanonical(payload, RUN_CLOSE) as { predicate: Record<string, unknown> }
  const altered = { ...statement, predicate: { ...statement.predicate, ...change(statement.predicate) } }
  return signEnvelope(OWNER, 'operator', PAYLOAD_TYPE, canonicalBytes(altered))
}

/** With the right keys but untrue: what only the comparison of files finds. */
async function resigned(changes: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const files = fileDigests(new Map([...sample.files, ...Object.entries(changes)]))
  return repacked({ ...changes, [RUN_CLOSE]: await signedClose(() => ({ files })) })
}

const root = rootOf(sample.leaves)
const moreOpen = async (): Promise<Uint8Array> => {
  const { payload } = parseEnvelope(await signRunOpen(OWNER, sample.leaves[0] ?? new Uint8Array(0)), RUN_OPEN)
  const statement = parseCanonical(payload, RUN_OPEN) as { predicate: object }
  const altered = { ...statement, predicate: { ...statement.predicate, guestAbi: 'other' } }
  return signEnvelope(OWNER, 'operator', PAYLOAD_TYPE, canonicalBytes(altered))
}
const withRecords = async (leaves: readonly Uint8Array[]): Promise<Uint8Array> =>
  resigned({
    [RECORDS]: joinRecords(leaves),
    [CHECKPOINT]: await signCheckpoint(OWNER, RUN, leaves.length, rootOf(leaves)),
  })
const twice = (): Uint8Array => {
  const items = parseCanonical(sample.files.get(DISCLOSURES) ?? new Uint8Array(0), '') as { items: object[] }
  return canonicalBytes({ ...items, items: [...items.items, items.items[0]] })
}

test.each<[string, () => Promise<Uint8Array>, string]>([
  [
    'a checkpoint of another run',
    async () => resigned({ [CHECKPOINT]: await signCheckpoint(OWNER, OTHER, 23, root) }),
    'WRONG_RUN checkpoint',
  ],
  [
    'a checkpoint of another size',
    async () => resigned({ [CHECKPOINT]: await signCheckpoint(OWNER, RUN, 23, root) }),
    'ROOT_MISMATCH records.ndjson',
  ],
  [
    'a checkpoint of another root',
    async () => resigned({ [CHECKPOINT]: await signCheckpoint(OWNER, RUN, 24, rootOf([])) }),
    'ROOT_MISMATCH records.ndjson',
  ],
  [
    'records of another run',
    async () => resigned({ [RECORDS]: joinRecords(relabelled(OTHER).map((record) => encodeRecord(record))) }),
    'WRONG_RUN records.ndjson#/0/run',
  ],
  [
    'records without the opening one',
    async () => withRecords(sample.leaves.slice(1)),
    'OPEN_MISMATCH records.ndjson#/0',
  ],
  [
    'records without the closing one',
    async () => withRecords(sample.leaves.slice(0, -1)),
    'CLOSE_MISMATCH records.ndjson#/22',
  ],
  [
    'a statement of another payload type',
    async () => resigned({ [RUN_OPEN]: await signEnvelope(OWNER, 'operator', 'text/plain', utf8('{}')) }),
    'BAD_SHAPE run-open.dsse#/payloadType',
  ],
  [
    'an opening statement that differs',
    async () => resigned({ [RUN_OPEN]: await moreOpen() }),
    'OPEN_MISMATCH run-open.dsse',
  ],
  [
    'a closing statement for an opening one',
    () => resigned({ [RUN_OPEN]: sample.runClose }),
    'BAD_SHAPE run-open.dsse',
  ],
  [
    'a close with another status',
    async () => repacked({ [RUN_CLOSE]: await signedClose(() => ({ status: 'denied' })) }),
    'CLOSE_MISMATCH run-close.dsse',
  ],
  [
    'a close at another time',
    async () => repacked({ [RUN_CLOSE]: await signedClose(() => ({ closedAt: iso(0) })) }),
    'CLOSE_MISMATCH run-close.dsse',
  ],
  [
    'a file nobody vouches for',
    async () => repacked({ 'policy/more.cedar': utf8('permit') }),
    'FILE_MISMATCH policy/more.cedar',
  ],
  [
    'a file altered',
    async () => repacked({ [TRUST_HINT]: utf8('{}') }),
    'FILE_MISMATCH trust-hint/keys.json',
  ],
  [
    'a file vouched for and missing',
    async () =>
      repacked({
        [RUN_CLOSE]: await signedClose(({ files }) => ({
          files: { ...(files as object), 'policy/gone': '0'.repeat(64) },
        })),
      }),
    'FILE_MISMATCH policy/gone',
  ],
  [
    'another policy',
    () => resigned({ 'policy/policies/00-permits.cedar': utf8('forbid(principal, action, resource);') }),
    'BUNDLE_MISMATCH policy/',
  ],
  [
    'another code file',
    () => resigned({ [CODE]: canonicalBytes({ schema: 'writ.code/1', version: '9', guestAbi: 'x' }) }),
    'CODE_FILE_MISMATCH code/code.json',
  ],
  [
    'one disclosure twice',
    () => resigned({ [DISCLOSURES]: twice() }),
    'DISCLOSURE_TWICE disclosures.json#/items/5',
  ],
  [
    'disclosures of another run',
    () =>
      resigned({ [DISCLOSURES]: canonicalBytes({ schema: 'writ.disclosures/1', run: OTHER, items: [] }) }),
    'WRONG_RUN disclosures.json#/run',
  ],
  [
    'disclosures that are none',
    () => resigned({ [DISCLOSURES]: canonicalBytes({ items: [] }) }),
    'BAD_SHAPE disclosures.json#/schema',
  ],
  ['a file no profile has', async () => repacked({ 'payloads/0': utf8('x') }), 'UNKNOWN_FILE payloads/0'],
])('%s, signed by the right keys, breaks integrity', async (_, make, expected) => {
  expect(await judged(await make())).toContain(`INTEGRITY ${expected}`)
})

test('a checkpoint and a close signed by another key that poses as the right one', async () => {
  const impostor = new Impostor(OWNER, ATTACKER)
  const checkpoint = await resigned({ [CHECKPOINT]: await signCheckpoint(impostor, RUN, 24, root) })
  expect(await judged(checkpoint)).toEqual([
    'INTEGRITY BAD_SIGNATURE checkpoint',
    'AUTHORITY NOT_SIGNED checkpoint',
  ])
  const { payload } = parseEnvelope(sample.runClose, RUN_CLOSE)
  const close = await repacked({
    [RUN_CLOSE]: await signEnvelope(impostor, 'operator', PAYLOAD_TYPE, payload),
  })
  expect(await judged(close)).toEqual([
    'INTEGRITY BAD_SIGNATURE run-close.dsse',
    'AUTHORITY NOT_SIGNED run-close.dsse',
  ])
})

test('files are where they belong, all of them', async () => {
  const entries = await entriesOf(file)
  const without = new Map([...entries].filter(([name]) => name !== CODE))
  expect(await judged(await archiveOf(without))).toEqual(['INTEGRITY MISSING_FILE code/code.json'])
  expect(await judged(await archiveOf(new Map([...entries].reverse())))).toEqual([
    'INTEGRITY BAD_ARCHIVE trust-hint/keys.json',
  ])
})

test('the file of another run is whole, but another one', async () => {
  const bytes = await pack(await other(sampleRecords()))
  expect(await judged(bytes)).toEqual([])
  const mixed = await repacked({ [RUN_CLOSE]: (await sampleEvidence(sampleRecords(), ATTACKER)).runClose })
  expect(await judged(mixed)).toContain('AUTHORITY UNKNOWN_KEY run-close.dsse')
})

test.each([['text'], [''], ['PK\u0003\u0004'], ['{"schema":"writ.answer/1"}']])(
  'a file that is no evidence fails and leaves nothing to judge: %j',
  async (text) => {
    const report = await verifyEvidence(utf8(text), { trust })
    expect(report.ok).toBe(false)
    expect(report.verdicts.map(({ result, code }) => `${result} ${code}`)).toEqual([
      'fail BAD_ARCHIVE',
      ...Array.from({ length: 6 }, () => 'not-evaluated UNREADABLE'),
    ])
  },
)

test.each<[readonly VerdictName[]]>([[['INTEGRITY']], [['DISCLOSURE', 'POLICY']], [[]]])(
  'the essential verdicts are judged even when only %j is asked for',
  async (only) => {
    const report = await verifyEvidence(file, { trust, only })
    expect(report.ok).toBe(true)
    const judgedAnyway: readonly string[] = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS', ...only]
    for (const { name, code } of report.verdicts)
      expect(code === 'NOT_ASKED').toBe(!judgedAnyway.includes(name))
  },
)

test('nothing is ok without the essential verdicts, whatever was asked', async () => {
  const broken = await repacked({ [TRUST_HINT]: utf8('{}') })
  expect((await verifyEvidence(broken, { trust, only: ['COMPLETENESS'] })).ok).toBe(false)
  expect((await verifyEvidence(file, { only: ['DISCLOSURE'] })).ok).toBe(false)
  expect((await verifyEvidence(utf8('x'), { trust, only: ['DISCLOSURE'] })).ok).toBe(false)
  await expect(verifyEvidence(file, { only: ['TRUTH'] })).rejects.toMatchObject({ code: 'USAGE' })
})

test.each([
  [3, 'VERSION_NEWER'],
  [1, 'VERSION_OLDER'],
])('a whole run of record version %i never passes and is told apart from a broken one', async (v, code) => {
  const leaves = sample.leaves.map((leaf) =>
    canonicalBytes({ ...(parseCanonical(leaf, '') as object), v, ...(v > 2 ? { later: true } : {}) }),
  )
  const files = new Map([...sample.files, [RECORDS, joinRecords(leaves)]])
  const report = await verifyEvidence(await pack({ ...sample, files }), { trust })
  expect(report.ok).toBe(false)
  expect(report.verdicts.map(({ result, code: said }) => `${result} ${said}`)).toEqual([
    `fail ${code}`,
    ...Array.from({ length: report.verdicts.length - 1 }, () => 'not-evaluated UNREADABLE'),
  ])
})
