import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryAfter, boundaryBefore, wholeCharacters } from './utf8.ts'

const cutText = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.nat())
  .map(([text, at]) => ({ bytes: Buffer.from(text), at: at % (Buffer.byteLength(text) + 1) }))

describe('character boundaries', () => {
  it('are where both sides are valid UTF-8, and the nearest such place', () => {
    fc.assert(
      fc.property(cutText, ({ bytes, at }) => {
        const before = boundaryBefore(bytes, at)
        const after = boundaryAfter(bytes, at)
        expect(before).toBeLessThanOrEqual(at)
        expect(after).toBeGreaterThanOrEqual(at)
        expect(after - before).toBeLessThanOrEqual(4)
        for (const place of [before, after]) {
          expect(isUtf8(bytes.subarray(0, place)) && isUtf8(bytes.subarray(place))).toBe(true)
        }
        for (let place = before + 1; place < after; place += 1)
          expect(isUtf8(bytes.subarray(place))).toBe(false)
      }),
    )
  })

  it('end the longest prefix of whole characters', () => {
    fc.assert(
      fc.property(cutText, ({ bytes, at }) => {
        expect(wholeCharacters(bytes.subarray(0, at))).toBe(boundaryBefore(bytes, at))
      }),
    )
  })
})
