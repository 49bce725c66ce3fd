import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { filesOf as entriesOf } from './archive.fixture.ts'
import { bytesSource } from './byte-source.ts'
import { concat } from './encoding.ts'
import {
  CHECKPOINT,
  CODE,
  DISCLOSURES,
  MANIFEST,
  POLICY,
  RECORDS,
  RUN_CLOSE,
  RUN_OPEN,
  TRUST_HINT,
} from './evidence-layout.ts'
import { filesOf, manifested, sample } from './mutated-file.fixture.ts'
import { distinct, expectRefused, type Refusal } from './refusal.fixture.ts'
import { OWNER } from './sample-run.fixture.ts'
import { readTar } from './tar.ts'
import { VERDICT_CODES, type VerdictCode } from './verdict-codes.ts'
import { verifyEvidence } from './verify.ts'

// Generated mutations of the bytes of an evidence file, of any part of it: headers, contents, padding, end.

vi.setConfig({ testTimeout: 60_000 })

const files = filesOf(sample)
const file = await manifested(files)
const entries = await readTar(bytesSource(file))
const BLOCK = 512
const trust = OWNER.trust()

const [first] = entries.values()
if (first === undefined) throw new Error('the sample has no files')

/** What of the archive is no file's content. */
const isFrame = (i: number): boolean =>
  [...entries.values()].every(({ offset, size }) => i < offset || i >= offset + size)

const altered = (bytes: Uint8Array, i: number, xor: number): Uint8Array => {
  const copy = bytes.slice()
  copy[i] = (copy[i] ?? 0) ^ xor
  return copy
}

test('every byte of the file altered, one after another', async () => {
  const copy = file.slice()
  for (let i = 0; i < file.length; i++) {
    const byte = file[i] ?? 0
    copy[i] = byte ^ (1 << (i % 8))
    const report = await verifyEvidence(copy, { trust })
    if (report.ok || report.verdicts.every(({ result }) => result !== 'fail'))
      expect.fail(`byte ${i} can change`)
    copy[i] = byte
  }
  expect((await verifyEvidence(copy, { trust })).ok).toBe(true)
})

const xor = fc.integer({ min: 1, max: 255 })
const BAD_ARCHIVE: Refusal = { by: { INTEGRITY: ['BAD_ARCHIVE'] } }

test('a byte of a header, of padding or of the end altered', async () => {
  const frame = [...file.keys()].filter(isFrame)
  const mutations = distinct(fc.record({ i: fc.constantFrom(...frame), xor }), 400)
  await expectRefused(mutations, async (one) => altered(file, one.i, one.xor), BAD_ARCHIVE)
})

/** The closing statement is read before the manifest is compared, because it names the run. */
const listed = (name: string): Refusal => ({
  by: {
    INTEGRITY:
      name === RUN_CLOSE ? ['MANIFEST_MISMATCH', 'NOT_CANONICAL', 'BAD_SHAPE'] : ['MANIFEST_MISMATCH'],
  },
})

test.each([...entries])('a byte of %s altered', async (name, { offset, size }) => {
  const byte = fc.record({ i: fc.nat(size - 1), xor })
  const refusal = listed(name)
  await expectRefused(distinct(byte), async (one) => altered(file, offset + one.i, one.xor), refusal)
})

/** What INTEGRITY may say of a file with one byte altered when the manifest was made to fit. */
const CODES: Readonly<Record<string, readonly VerdictCode[]>> = {
  [CHECKPOINT]: ['NOT_CANONICAL', 'WRONG_RUN', 'ROOT_MISMATCH', 'FILE_MISMATCH'],
  [RECORDS]: ['NOT_CANONICAL', 'BAD_RECORD', 'WRONG_RUN', 'ROOT_MISMATCH'],
  [RUN_OPEN]: ['NOT_CANONICAL', 'BAD_SHAPE', 'OPEN_MISMATCH', 'FILE_MISMATCH'],
  [RUN_CLOSE]: [
    'NOT_CANONICAL',
    'BAD_SHAPE',
    'WRONG_RUN',
    'MANIFEST_MISMATCH',
    'FILE_MISMATCH',
    'CLOSE_MISMATCH',
    'BAD_SIGNATURE',
  ],
  [DISCLOSURES]: ['NOT_CANONICAL', 'BAD_SHAPE', 'WRONG_RUN', 'FILE_MISMATCH'],
  [CODE]: ['CODE_FILE_MISMATCH'],
  [TRUST_HINT]: ['FILE_MISMATCH'],
  [POLICY]: ['FILE_MISMATCH'],
}
const ANY = Object.keys(VERDICT_CODES) as VerdictCode[]

test.each([...files])('a byte of %s altered and the manifest made to fit', async (name, bytes) => {
  const byte = fc.record({ i: fc.nat(bytes.length - 1), xor })
  const make = (one: { i: number; xor: number }): Promise<Uint8Array> =>
    manifested(new Map([...files, [name, altered(bytes, one.i, one.xor)]]))
  await expectRefused(distinct(byte), make, {
    by: { INTEGRITY: CODES[name.startsWith(POLICY) ? POLICY : name] ?? [] },
    // Another identifier of the key that closed the run leaves nothing else to find.
    ...(name === RUN_CLOSE ? { or: { by: { AUTHORITY: ['UNKNOWN_KEY'] } } } : {}),
    // An altered record or name of a key may also break what is judged of it.
    also:
      name === RECORDS || name === DISCLOSURES
        ? { COMPLETENESS: ANY, DISCLOSURE: ['NO_SUCH_FIELD', 'COMMITMENT_MISMATCH'] }
        : { AUTHORITY: ['UNKNOWN_KEY', 'NOT_SIGNED', 'KEY_NOT_VALID'] },
  })
})

const length = file.length
const range = fc.record({ from: fc.nat(length - 1), count: fc.integer({ min: 1, max: 2000 }) })
const NOT_THE_ARCHIVE: Refusal = {
  by: { INTEGRITY: ['BAD_ARCHIVE', 'MANIFEST_MISMATCH', 'NOT_CANONICAL', 'BAD_SHAPE'] },
}
const cut = (from: number, to = length): Uint8Array => file.subarray(from, to)

test('bytes of the file truncated', async () => {
  await expectRefused(distinct(fc.nat(length - 1)), async (size) => cut(0, size), BAD_ARCHIVE)
})

test('bytes of the file dropped', async () => {
  const make = async ({ from, count }: { from: number; count: number }): Promise<Uint8Array> =>
    concat([cut(0, from), cut(Math.min(length, from + count))])
  await expectRefused(distinct(range), make, BAD_ARCHIVE)
})

test('bytes of the file duplicated', async () => {
  const make = async ({ from, count }: { from: number; count: number }): Promise<Uint8Array> =>
    concat([cut(0, from + count), cut(from)])
  await expectRefused(distinct(range), make, BAD_ARCHIVE)
})

test('blocks of the file reordered', async () => {
  const block = fc.nat(length / BLOCK - 1)
  const exchanged = (a: number, b: number): Uint8Array => {
    const copy = file.slice()
    copy.set(cut(a * BLOCK, (a + 1) * BLOCK), b * BLOCK)
    copy.set(cut(b * BLOCK, (b + 1) * BLOCK), a * BLOCK)
    return copy
  }
  const pairs = fc.tuple(block, block).filter(([a, b]) => Buffer.compare(exchanged(a, b), file) !== 0)
  await expectRefused(distinct(pairs), async ([a, b]) => exchanged(a, b), NOT_THE_ARCHIVE)
})

const names = [...entries.keys()]
const contents = await entriesOf(file)
const tar = async (order: readonly string[]): Promise<Uint8Array> => {
  const parts = order.map((name) => {
    const { offset, size } = entries.get(name) ?? first
    return cut(offset - BLOCK, offset + Math.ceil(size / BLOCK) * BLOCK)
  })
  return concat([...parts, new Uint8Array(2 * BLOCK)])
}

test('files of the archive dropped, with the manifest or without', async () => {
  const some = fc.subarray(names, { maxLength: names.length - 1 })
  await expectRefused(distinct(some), tar, (left) => ({
    by: { INTEGRITY: left.includes(RUN_CLOSE) ? ['MISSING_FILE', 'MANIFEST_MISMATCH'] : ['MISSING_FILE'] },
  }))
  expect(contents.size).toBe(names.length)
})

test('files of the archive duplicated or in another order', async () => {
  const order = fc.shuffledSubarray(names, { minLength: names.length })
  const copies = fc
    .tuple(order, fc.constantFrom('', ...names))
    .map(([all, twice]) => (twice ? [...all, twice] : all))
  const others = copies.filter((all) => all.join() !== names.join())
  await expectRefused(distinct(others), tar, BAD_ARCHIVE)
  expect(names).toContain(MANIFEST)
})
