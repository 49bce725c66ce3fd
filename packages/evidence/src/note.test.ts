import type { PublicKey } from '@writ/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkpointText, parseCheckpoint, signCheckpoint } from './checkpoint.ts'
import { sha256Hex } from './crypto.ts'
import { base64, fromBase64, utf8 } from './encoding.ts'
import { formatNote, isKeyName, noteKeyHash, noteSignatureHolds, parseNote, signNote } from './note.ts'
import { OWNER } from './sample-run.fixture.ts'

// The example of golang.org/x/mod/sumdb/note, whose format C2SP signed-note is.
const NOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

/** The key of `name+hash+base64(0x01 ‖ key)`. */
function verifierKey(text: string): {
  readonly key: PublicKey
  readonly hash: string
  readonly raw: Uint8Array
} {
  const [name = '', hash = '', ...encoded] = text.split('+')
  const raw = (fromBase64(encoded.join('+')) ?? new Uint8Array(0)).slice(1)
  const key = {
    role: 'log',
    keyId: sha256Hex(raw),
    algorithm: 'ed25519',
    publicKey: base64(raw),
    name,
  } as const
  return { key, hash, raw }
}

const PETER = verifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
const ENOCH = verifierKey('EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop')

test.each([
  [PETER],
  [ENOCH],
  [verifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')],
])('published key hash', ({ key, hash, raw }) => {
  expect(noteKeyHash(key.name, raw)).toBe(hash)
})

test('the published note is read, verified and written again', () => {
  const note = parseNote(utf8(NOTE), 'note')
  const [signature] = note.signatures
  if (signature === undefined) throw new Error('no signature')
  expect(signature).toMatchObject({ name: 'PeterNeumann', keyHash: 'c74f20a3' })
  expect(noteSignatureHolds(note, signature, PETER.key)).toBe(true)
  expect(noteSignatureHolds(note, signature, ENOCH.key)).toBe(false)
  expect(noteSignatureHolds({ ...note, text: 'x\n' }, signature, PETER.key)).toBe(false)
  expect(formatNote(note)).toEqual(utf8(NOTE))
})

// The example of C2SP signed-note.
test('the example of C2SP signed-note', () => {
  const note = parseNote(
    utf8(
      'This is an example message.\n\n' +
        '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    ),
    'note',
  )
  const { key } = verifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
  expect(note.signatures.map((signature) => noteSignatureHolds(note, signature, key))).toEqual([true])
})

test('a note of ours holds under the key that signed it', async () => {
  const note = parseNote(await signNote(OWNER, 'log', 'one\n\ntwo\n'), 'note')
  const [signature] = note.signatures
  if (signature === undefined) throw new Error('no signature')
  expect(note.text).toBe('one\n\ntwo\n')
  expect(noteSignatureHolds(note, signature, OWNER.publicKey('log'))).toBe(true)
  expect(noteSignatureHolds(note, signature, OWNER.publicKey('operator'))).toBe(false)
})

test('whatever is read is written again the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: NOTE.length - 1 }), fc.integer({ min: 0, max: 255 }), (i, byte) => {
      const bytes = utf8(NOTE)
      bytes[i] = byte
      let note: ReturnType<typeof parseNote>
      try {
        note = parseNote(bytes, 'note')
      } catch {
        return
      }
      expect(formatNote(note)).toEqual(bytes)
    }),
    { numRuns: 500 },
  )
})

test.each(['a b', 'a+b', '', 'a\u00a0b', 'a\u2003b', 'a\u0007b', '\ud800'])('%j names no key', (name) => {
  expect(isKeyName(name)).toBe(false)
})

test.each([
  ['no signature', 'text\n\n'],
  ['no empty line', 'text\n— a AAAA\n'],
  ['another dash', NOTE.replace('—', '-')],
  ['two spaces', NOTE.replace('— ', '—  ')],
  ['no last newline', NOTE.slice(0, -1)],
  ['a carriage return', NOTE.replaceAll('\n', '\r\n')],
  ['a signature without bytes', 'text\n\n— a AAAAAA==\n'],
  ['a signature of 8,193 bytes', `text\n\n— a ${base64(new Uint8Array(4 + 8_193))}\n`],
  ['a control character', NOTE.replace('cryptography', 'crypto\u0007')],
  ['loose Base64', NOTE.replace('nAM=', 'nAN=')],
])('a note with %s is refused', (_, text) => {
  expect(() => parseNote(utf8(text), 'note')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'note' } }),
  )
})

test('a note that is not UTF-8 is refused', () => {
  const bytes = utf8(NOTE)
  bytes[3] = 0xff
  expect(() => parseNote(bytes, 'note')).toThrow('not UTF-8')
})

test('a note has at most sixteen signatures', () => {
  const note = parseNote(utf8(NOTE), 'note')
  const signed = (times: number): Uint8Array =>
    formatNote({ ...note, signatures: Array.from({ length: times }, () => note.signatures).flat() })
  expect(parseNote(signed(16), 'note').signatures).toHaveLength(16)
  expect(() => parseNote(signed(17), 'note')).toThrow('17 signatures')
})

test('a checkpoint gives back origin, size and root', async () => {
  const root = new Uint8Array(32).fill(9)
  const bytes = await signCheckpoint(OWNER, 'run-1', 2 ** 33, root)
  expect(parseCheckpoint(bytes, 'checkpoint')).toMatchObject({
    origin: 'writ.run/run-1',
    size: 2 ** 33,
    root,
  })
})

const ROOT = base64(new Uint8Array(32))

test.each([
  ['a leading zero', `o\n01\n${ROOT}\n`],
  ['a sign', `o\n+1\n${ROOT}\n`],
  ['an inexact size', `o\n9007199254740993\n${ROOT}\n`],
  ['a short root', 'o\n1\nAAAA\n'],
  ['no origin', `\n1\n${ROOT}\n`],
  ['an extension line', `${checkpointText('o', 1, new Uint8Array(32))}more\n`],
  ['two lines', 'o\n1\n'],
])('a checkpoint with %s is refused', async (_, text) => {
  const bytes = await signNote(OWNER, 'log', text)
  expect(() => parseCheckpoint(bytes, 'c')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'c' } }),
  )
})

test('the signature of a run is Ed25519', () => {
  const short = `${checkpointText('o', 1, new Uint8Array(32))}\n— a ${base64(new Uint8Array(4 + 63))}\n`
  expect(() => parseCheckpoint(utf8(short), 'c')).toThrow('no Ed25519 signature')
})

test('a checkpoint has one signature', async () => {
  const note = parseNote(await signCheckpoint(OWNER, 'run-1', 1, new Uint8Array(32)), 'c')
  const twice = formatNote({ ...note, signatures: [...note.signatures, ...note.signatures] })
  expect(() => parseCheckpoint(twice, 'c')).toThrow('2 signatures')
})
