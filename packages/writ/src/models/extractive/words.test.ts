import { describe, expect, it } from 'vitest'
import { letterPairs, otherForms, searchWords, stemOf, wordsOf } from './words.ts'

describe('words', () => {
  it('keeps what belongs to a word and drops what stands around it', () => {
    expect(wordsOf('C++, don’t GPL-2.0 (foo_bar) "x"; Zoë')).toEqual([
      'C++',
      'don’t',
      'GPL-2.0',
      'foo_bar',
      'x',
      'Zoë',
    ])
  })

  it('searches for the words that say what is asked', () => {
    expect(searchWords("Which contracts can be assigned? Alice's contracts")).toEqual([
      'contracts',
      'assigned',
      'alice',
    ])
    expect(searchWords('Who are you?')).toEqual(['who', 'are', 'you'])
    expect(searchWords('die casting and war')).toEqual(['die', 'casting', 'war'])
    expect(searchWords('')).toEqual([])
  })

  it('pairs letters only where a script has no spaces', () => {
    expect(letterPairs('in 合同 and 專')).toEqual(['合同', '專'])
    expect(letterPairs('contract')).toEqual([])
  })

  it.each([
    ['patents', ['patent']],
    ['patent', ['patents']],
    ['party', ['parties']],
    ['parties', ['party']],
    ['tax', ['taxes']],
    ['boxes', ['box']],
    ['loss', ['losses']],
    ["don't", ['don’t']],
    ['don’t', ["don't"]],
    ['Patents', []],
    ['at', []],
    ['non-compete', []],
    ['force majeure', []],
  ])('counts other forms beside %s: %j', (literal, forms) => {
    expect(otherForms(literal)).toEqual(forms)
  })

  it('shares a stem between forms, and leaves short words alone', () => {
    for (const word of ['terminate', 'terminates', 'terminated', 'termination'])
      expect(stemOf(word)).toBe('termin')
    expect(stemOf('fee')).toBe('fee')
    expect(stemOf('pays')).toBe('pay')
    expect(stemOf('Bürgschaften')).toBe('Bürgschaften')
  })
})
