import { MAX_RECORD_BYTES, RECORD_KINDS } from '@writ/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf, joinRecords } from './archive.fixture.ts'
import { bytesSource } from './byte-source.ts'
import { canonicalBytes } from './canonical.ts'
import { sha256Hex } from './crypto.ts'
import { concat, fromUtf8, utf8 } from './encoding.ts'
import { type AnyRecord, decodeRecord, encodeRecord } from './record.ts'
import { readRecords } from './record-batches.ts'
import { recordsFile } from './records-file.ts'
import { sampleRecords } from './sample-run.fixture.ts'

const records = sampleRecords()
const [opened] = records
if (opened === undefined) throw new Error('the sample run is empty')

test('every record of a run is read back the same, and so are its bytes', () => {
  for (const record of records) {
    const bytes = encodeRecord(record)
    expect(decodeRecord(bytes)).toEqual(record)
    expect(encodeRecord(decodeRecord(bytes))).toEqual(bytes)
  }
})

test('the sample run has every kind a finished run can have', () => {
  const kinds = new Set(records.map((record) => record.kind))
  const absent = RECORD_KINDS.filter((kind) => !kinds.has(kind))
  // Its batch is one of before there were items: `completeness-items.test.ts` has one of now.
  expect(absent).toEqual(['context.search', 'memory.write', 'model.item', 'run.abort'])
})

test('the bytes of a record are final', () => {
  const record: AnyRecord = {
    v: 2,
    run: 'r',
    seq: 9,
    lane: '0.1',
    n: 3,
    kind: 'run.abort',
    det: { code: 'ä' },
    obs: { message: 'm', at: 5 },
  }
  expect(fromUtf8(encodeRecord(record))).toBe(
    '{"det":{"code":"ä"},"kind":"run.abort","lane":"0.1","n":3,"obs":{"at":5,"message":"m"},"run":"r","seq":9,"v":2}',
  )
})

const altered = (change: object): unknown => ({ ...structuredClone(opened), ...change })

test.each([
  ['no version', { v: 0 }, '/v'],
  ['a version that is no number', { v: '2' }, '/v'],
  ['a lane that is none', { lane: '1' }, '/lane'],
  ['a lane with a leading zero', { lane: '0.01' }, '/lane'],
  ['a negative number', { n: -1 }, '/n'],
  ['an extra key', { more: 1 }, '/more'],
  ['an unknown kind', { kind: 'run.pause' }, 'no known kind'],
  ['det of another kind', { det: { code: 'x' } }, '/det'],
  ['a run that breaks lines', { run: 'a\nb' }, '/run'],
  ['a float', { seq: 0.5 }, '0.5'],
])('a record with %s is neither written nor read', (_, change, where) => {
  const bytes = canonicalBytes(altered(change))
  expect(() => decodeRecord(bytes, 'here')).toThrow(where)
  expect(() => decodeRecord(bytes, 'here')).toThrow(
    expect.objectContaining({ data: { code: 'BAD_RECORD', at: 'here' } }),
  )
  expect(() => encodeRecord(altered(change) as AnyRecord)).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  )
})

test.each([
  ['VERSION_NEWER', { v: 3 }],
  ['VERSION_NEWER', { v: 3, kind: 'run.pause' }],
  ['VERSION_NEWER', { v: 3, det: { ...opened.det, more: 1 } }],
  ['VERSION_NEWER', { v: 4, seq: undefined }],
  ['VERSION_OLDER', { v: 1 }],
  ['VERSION_OLDER', { v: 1, det: { ...opened.det, schema: 'writ.run/1' } }],
])('%s is said of a record of another version, whatever else it holds: %j', (code, change) => {
  expect(() => decodeRecord(canonicalBytes(JSON.parse(JSON.stringify(altered(change)))), 'here')).toThrow(
    expect.objectContaining({ data: { code, at: 'here' } }),
  )
})

test('a missing key and an unsorted category are found', () => {
  const { obs: _, ...rest } = opened
  expect(() => decodeRecord(canonicalBytes(rest))).toThrow('/obs')
  const label = { level: 'internal', categories: ['b', 'a'], untrusted: false }
  const det = { ...opened.det, questionLabel: label }
  expect(() => decodeRecord(canonicalBytes(altered({ det })))).toThrow('/det/questionLabel/categories')
})

test('a record has a largest size', () => {
  const long = (length: number): AnyRecord => ({
    v: 2,
    run: 'r',
    seq: 0,
    lane: '0',
    n: 0,
    kind: 'run.abort',
    det: { code: '' },
    obs: { message: 'x'.repeat(length), at: 0 },
  })
  const room = MAX_RECORD_BYTES - encodeRecord(long(0)).length
  expect(decodeRecord(encodeRecord(long(room))).kind).toBe('run.abort')
  expect(() => encodeRecord(long(room + 1))).toThrow(`${MAX_RECORD_BYTES + 1} bytes`)
  expect(() => decodeRecord(canonicalBytes(long(room + 1)))).toThrow(`${MAX_RECORD_BYTES + 1} bytes`)
})

test('another byte form of the same record is refused', () => {
  const text = fromUtf8(encodeRecord(opened)) ?? ''
  expect(() => decodeRecord(utf8(` ${text}`))).toThrow('canonical')
  expect(() => decodeRecord(utf8(text.replace('"v":2}', '"v":1,"v":1}')))).toThrow('canonical')
})

const readBack = async (bytes: Uint8Array): Promise<readonly AnyRecord[]> => {
  const read: AnyRecord[] = []
  for await (const batch of readRecords(bytesSource(bytes), opened.run)) {
    expect(batch.start).toBe(read.length)
    expect(Buffer.concat(batch.leaves)).toEqual(Buffer.concat(batch.records.map((one) => encodeRecord(one))))
    read.push(...batch.records)
  }
  return read
}

test('records are read back as they were joined, over any number of pieces', async () => {
  const many = Array.from({ length: 60 }, () => records).flat()
  const padded = many.map((record) =>
    record.kind === 'run.open' ? { ...record, obs: { ...record.obs, version: 'ä'.repeat(20_000) } } : record,
  )
  const lines = padded.map((record) => encodeRecord(record))
  const file = await recordsFile(() => lines)
  expect(sha256Hex(await bytesOf(file.chunks()))).toBe(sha256Hex(joinRecords(lines)))
  expect(file.sha256).toBe(sha256Hex(joinRecords(lines)))
  expect(file).toMatchObject({ first: lines[0], last: lines.at(-1) })
  expect(file.size).toBe(joinRecords(lines).length)
  expect(file.size).toBeGreaterThan(2_000_000)
  const again = (await readBack(joinRecords(lines))).map((record) => encodeRecord(record))
  expect(sha256Hex(joinRecords(again))).toBe(file.sha256)
})

test('lines that are no records are refused, each at its place', async () => {
  const lines = joinRecords(records.map((record) => encodeRecord(record)))
  const refused = (code: string, at: string): unknown => expect.objectContaining({ data: { code, at } })
  await expect(readBack(lines.subarray(0, -1))).rejects.toThrow('newline')
  await expect(readBack(new Uint8Array(0))).rejects.toThrow('newline')
  await expect(readBack(concat([lines, utf8('\n')]))).rejects.toEqual(
    refused('NOT_CANONICAL', `records.ndjson#/${records.length}`),
  )
  await expect(readBack(concat([lines, Uint8Array.of(0xff, 0x0a)]))).rejects.toEqual(
    refused('NOT_CANONICAL', `records.ndjson#/${records.length}`),
  )
  await expect(readBack(concat([lines, utf8(`${'x'.repeat(3_000_000)}\n`)]))).rejects.toEqual(
    refused('BAD_RECORD', `records.ndjson#/${records.length}`),
  )
  await expect(readBack(lines.subarray(lines.indexOf(0x0a)))).rejects.toEqual(
    refused('NOT_CANONICAL', 'records.ndjson#/0'),
  )
})

test('no shape of a record accepts what records must not hold', () => {
  const faulty = fc.constantFrom<unknown>(0.5, 2 ** 53, -1, [[0.5]], { a: 1e30 })
  for (const record of records) {
    const places = placesIn(record)
    fc.assert(
      fc.property(fc.constantFrom(...places), faulty, (place, fault) => {
        const copy = structuredClone(record)
        place.reduce(
          (at: Record<string, unknown>, key, i) => {
            if (i === place.length - 1) at[key] = fault
            return at[key] as Record<string, unknown>
          },
          copy as unknown as Record<string, unknown>,
        )
        expect(() => decodeRecord(canonicalBytes(copy), 'x')).toThrow(
          expect.objectContaining({ data: { code: 'BAD_RECORD', at: 'x' } }),
        )
      }),
      { numRuns: 30 },
    )
  }
})

/** Paths to everything inside a value. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [
    [key],
    ...placesIn(item).map((rest) => [key, ...rest]),
  ])
}
