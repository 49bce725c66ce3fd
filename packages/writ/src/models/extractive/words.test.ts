import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStopWord, phrasePattern, rootOf, termPattern, wordsOf } from './words.ts'

function matches(term: string, text: string): boolean {
  return new RegExp(termPattern(term), 'i').test(text)
}

describe('termPattern', () => {
  it.each([
    ['patent', ['patent', 'Patents', 'PATENTED', 'patentee', "patent's"]],
    ['patents', ['a patent', 'patenting']],
    ['warranty', ['warranty', 'warranties', 'WARRANTIES']],
    ['warranties', ['warranty']],
    ['terminate', ['terminates', 'terminated', 'terminating', 'termination']],
    ['terminates', ['termination', 'terminate']],
    ['end', ['end', 'ends', 'ended', 'ending']],
    ['licence', ['license', 'licensing', 'licences']],
    ['authorise', ['authorize', 'authorised', 'authorization']],
    ['colour', ['color', 'colours']],
    ['lose', ['loses', 'losing', 'lost']],
    ['plan', ['planned', 'planning', 'plans']],
    ['sue', ['sues', 'sued']],
    ['counter-claim', ['counterclaim', 'counter-claims', 'counter claim']],
    ['governing_law', ['governing law', 'governing\n  laws']],
    ['may=', ['may']],
    ['constructor', ['a constructor', 'constructors']],
    ['2015', ['in 2015.']],
    ['C++', ['in C++ here']],
  ])('%s matches its forms', (term, forms) => {
    for (const form of forms) expect([form, matches(term, form)]).toEqual([form, true])
  })

  it.each([
    ['end', ['endorse', 'weekend', 'tender']],
    ['sue', ['suede', 'issue', 'sun']],
    ['licence', ['silence']],
    ['license', ['licensee', 'licensor']],
    ['may=', ['mayor', 'maybe']],
    ['patent', ['compatent']],
    ['governing_law', ['governing the law', 'governing']],
    ['art', ['article', 'part']],
  ])('%s does not match others', (term, others) => {
    for (const other of others) expect([other, matches(term, other)]).toEqual([other, false])
  })

  it('matches every word itself, is valid, and stays linear-time', () => {
    const word = fc.stringMatching(/^[a-z]{1,14}(-[a-z]{1,8})?$/)
    fc.assert(
      fc.property(word, (text) => {
        const pattern = termPattern(text)
        expect(new RegExp(pattern, 'iu').test(`x ${text} y`)).toBe(true)
        expect(pattern).not.toMatch(/\(\?[=!<]|\\[1-9]/)
      }),
    )
  })

  it('is valid for any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
        expect(() => new RegExp(termPattern(text), 'iu')).not.toThrow()
        expect(() => new RegExp(phrasePattern(text), 'iu')).not.toThrow()
      }),
    )
  })
})

describe('rootOf', () => {
  it.each([
    ['classes', 'class'],
    ['parties', 'party'],
    ['status', 'status'],
    ['analysis', 'analysis'],
    ['agreed', 'agreed'],
    ['string', 'string'],
    ['termination', 'terminat'],
    ['infringement', 'infringe'],
  ])('%s → %s', (word, root) => {
    expect(rootOf(word)).toBe(root)
  })
})

it('finds words with what belongs inside them', () => {
  expect(wordsOf("Apache-2.0 isn't “C++” (or MIT), e.g.")).toEqual([
    'Apache-2.0',
    "isn't",
    'C++',
    'or',
    'MIT',
    'e.g',
  ])
  expect([isStopWord('The'), isStopWord('patent')]).toEqual([true, false])
})
