import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { bundleHash } from './bundle-hash.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('the hash of a bundle is that of its canonical list of file digests', () => {
  const expected = sha256(`{"files":{"a.cedar":"${sha256('permit')}","b/ä.json":"${sha256('é')}"}}`)
  expect(bundleHash({ 'b/ä.json': 'é', 'a.cedar': 'permit' })).toBe(expected)
})

test('a changed, renamed or missing file gives another hash', () => {
  const hash = bundleHash({ a: '1', b: '2' })
  expect(bundleHash({ a: '1', b: '3' })).not.toBe(hash)
  expect(bundleHash({ a: '2', b: '1' })).not.toBe(hash)
  expect(bundleHash({ a: '1' })).not.toBe(hash)
})
