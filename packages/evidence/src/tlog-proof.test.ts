import { expect, test } from 'vitest'
import { parseLogCheckpoint, signCheckpoint } from './checkpoint.ts'
import { base64, fromUtf8, utf8 } from './encoding.ts'
import { leafHash } from './merkle.ts'
import { OWNER } from './sample-run.fixture.ts'
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts'

const hash = new Uint8Array(leafHash(utf8('x')))
const checkpoint = parseLogCheckpoint(await signCheckpoint(OWNER, 'run-1', 3, hash), 'c')
const written = fromUtf8(formatTlogProof({ index: 2, hashes: [hash], checkpoint })) ?? ''

test('a proof is written line by line as tlog-proof asks', () => {
  const [first, index, path, empty, origin] = written.split('\n')
  expect([first, index, path, empty, origin]).toEqual([
    'c2sp.org/tlog-proof@v1',
    'index 2',
    base64(hash),
    '',
    'writ.run/run-1',
  ])
})

test.each([
  [{ index: 2, hashes: [hash], checkpoint }],
  [{ index: 0, hashes: [], checkpoint }],
  [{ index: 2 ** 53 - 1, hashes: [hash, hash], checkpoint, extra: utf8('extra') }],
  [{ index: 1, hashes: [], checkpoint, extra: new Uint8Array(0) }],
])('a proof is read as it was written: %#', (proof) => {
  expect(parseTlogProof(formatTlogProof(proof), 'p')).toEqual(proof)
})

test.each([
  ['another version', written.replace('@v1', '@v2')],
  ['a leading zero', written.replace('index 2', 'index 02')],
  ['an inexact index', written.replace('index 2', 'index 9007199254740993')],
  ['no index', written.replace('index 2\n', '')],
  ['two extra lines', written.replace('index 2', 'extra AA==\nextra AA==\nindex 2')],
  ['a loose extra line', written.replace('index 2', 'extra AB==\nindex 2')],
  ['a short hash', written.replace(base64(hash), 'AAAA')],
  ['54 hashes', written.replace(base64(hash), Array.from({ length: 54 }, () => base64(hash)).join('\n'))],
  ['no empty line', written.replace('\n\n', '\n')],
  ['a carriage return', written.replace('index 2\n', 'index 2\r\n')],
  ['nothing', ''],
  ['an unsigned checkpoint', written.slice(0, written.indexOf('—'))],
])('a proof with %s is refused', (_, text) => {
  expect(() => parseTlogProof(utf8(text), 'p')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'p' } }),
  )
})
