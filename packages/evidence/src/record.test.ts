import { MAX_RECORD_BYTES, RECORD_KINDS } from '@writ/contract'
import { expect, test } from 'vitest'
import { canonicalBytes } from './canonical.ts'
import { fromUtf8, utf8 } from './encoding.ts'
import { type AnyRecord, decodeRecord, encodeRecord, joinRecords, splitRecords } from './record.ts'
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
  expect(absent).toEqual(['context.search', 'run.abort'])
})

test('the bytes of a record are final', () => {
  const record: AnyRecord = {
    v: 1,
    run: 'r',
    seq: 9,
    lane: '0.1',
    n: 3,
    kind: 'run.abort',
    det: { code: 'ä' },
    obs: { message: 'm', at: 5 },
  }
  expect(fromUtf8(encodeRecord(record))).toBe(
    '{"det":{"code":"ä"},"kind":"run.abort","lane":"0.1","n":3,"obs":{"at":5,"message":"m"},"run":"r","seq":9,"v":1}',
  )
})

const altered = (change: object): unknown => ({ ...structuredClone(opened), ...change })

test.each([
  ['another version', { v: 2 }, '/v'],
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

test('a missing key and an unsorted category are found', () => {
  const { obs: _, ...rest } = opened
  expect(() => decodeRecord(canonicalBytes(rest))).toThrow('/obs')
  const label = { level: 'internal', categories: ['b', 'a'], untrusted: false }
  const det = { ...opened.det, questionLabel: label }
  expect(() => decodeRecord(canonicalBytes(altered({ det })))).toThrow('/det/questionLabel/categories')
})

test('a record has a largest size', () => {
  const long = (length: number): AnyRecord => ({
    v: 1,
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
  expect(() => decodeRecord(utf8(text.replace('"v":1}', '"v":1,"v":1}')))).toThrow('canonical')
})

test('lines are split as they were joined', () => {
  const lines = records.map((record) => encodeRecord(record))
  expect(splitRecords(joinRecords(lines), 'r')).toEqual(lines)
  expect(() => splitRecords(joinRecords(lines).subarray(0, -1), 'r')).toThrow('newline')
  expect(() => splitRecords(new Uint8Array(0), 'r')).toThrow('newline')
})
