import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64, bytesEqual, firstDifference, fromBase64, fromHex, fromUtf8, hex, utf8 } from './encoding.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

test('hexadecimal and Base64 give back the bytes', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(fromHex(hex(value))).toEqual(value)
      expect(fromBase64(base64(value))).toEqual(value)
      expect(base64(value)).toBe(Buffer.from(value).toString('base64'))
    }),
  )
})

test('Base64 longer than one call takes', () => {
  const value = new Uint8Array(100_000).map((_, i) => i * 7)
  expect(base64(value)).toBe(Buffer.from(value).toString('base64'))
})

test.each(['AAE', 'AAE=\n', ' AAE=', 'AAF=', 'AB==', 'A===', 'AA_-', 'AAE=AAE='])(
  'Base64 refuses %j',
  (text) => {
    expect(fromBase64(text)).toBeUndefined()
  },
)

test.each(['0', 'AB', 'zz', '0x', 'ab '])('hexadecimal refuses %j', (text) => {
  expect(fromHex(text)).toBeUndefined()
})

test('UTF-8 is read strictly and a byte order mark stays', () => {
  expect(fromUtf8(Uint8Array.of(0xc0, 0x80))).toBeUndefined()
  expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined()
  expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
})

test('the first difference is found, in length too', () => {
  expect(firstDifference(utf8('abc'), utf8('abd'))).toBe(2)
  expect(firstDifference(utf8('ab'), utf8('abc'))).toBe(2)
  expect(bytesEqual(utf8('abc'), utf8('abc'))).toBe(true)
})

test('only crypto.ts needs Node, so that a browser can verify', () => {
  const here = new URL('.', import.meta.url)
  const sources = readdirSync(here).filter(
    (name) => !/\.(test|fixture)\.ts$/.test(name) && name.endsWith('.ts'),
  )
  const needy = sources.filter((name) =>
    /from 'node:|\bBuffer\b|\bprocess\./.test(readFileSync(new URL(name, here), 'utf8')),
  )
  expect(needy).toEqual(['crypto.ts'])
})
