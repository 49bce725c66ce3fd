import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { supportOf } from './support.ts'

const cited = { doc: 'a.txt', start: 3, end: 30, sha256: '', quote: 'The fee is 40 EUR a month.' }

describe('supportOf', () => {
  it.each([
    ['fee', 1],
    ['The fee is 40 EUR', 1],
    ['a.txt', 1],
    [40, 1],
    [4, 0],
    ['fees', 0],
    ['ee', 0],
    ['', 0],
    [true, 0],
    [[cited], 5],
    [{ doc: 'a.txt', start: 3, end: 31 }, 1],
  ])('%j has %i quoted leaves', (value, quoted) => {
    expect(supportOf(value, [cited], 'model').quoted).toBe(quoted)
  })

  it('calls the rest of an exact answer computed, and of any other unsupported, by its pointers', () => {
    const value = { 'a/b': [1, 'fee'], c: null }
    expect(supportOf(value, [cited], 'exact')).toEqual({
      quoted: 1,
      computed: 1,
      unsupported: 0,
      unsupportedPaths: [],
    })
    expect(supportOf(value, [cited], 'model')).toEqual({
      quoted: 1,
      computed: 0,
      unsupported: 1,
      unsupportedPaths: ['/a~1b/0'],
    })
  })

  it('counts every leaf once, and lists at most 20 pointers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxLength: 40 }),
        (leaves) => {
          const { quoted, computed, unsupported, unsupportedPaths } = supportOf(leaves, [cited], 'model')
          expect(quoted + computed + unsupported).toBe(leaves.length)
          expect(unsupportedPaths).toHaveLength(Math.min(20, unsupported))
        },
      ),
    )
  })
})
