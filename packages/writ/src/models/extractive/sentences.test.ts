import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentencesOf } from './sentences.ts'

const texts = (text: string): string[] => sentencesOf(text).map((sentence) => sentence.text)

describe('sentencesOf', () => {
  it('splits at full stops and blank lines, verbatim', () => {
    expect(texts('One thing.\nTwo  things! Three?\n\nA heading\n\nFour.')).toEqual([
      'One thing.',
      'Two  things!',
      'Three?',
      'A heading',
      'Four.',
    ])
  })

  it('does not split at abbreviations, numbers, list markers or lower case', () => {
    expect(texts('See Sec. 2.1 of Acme Inc. v. Jones, e.g. here. Then J. Smith left.')).toEqual([
      'See Sec. 2.1 of Acme Inc. v. Jones, e.g. here.',
      'Then J. Smith left.',
    ])
    expect(texts('8.2. If You sue. (a) Then it ends.')).toEqual(['8.2. If You sue.', '(a) Then it ends.'])
  })

  it('keeps a clause together that goes on after a blank line', () => {
    expect(texts('If You sue alleging that:\n\n(a) it infringes, then\n\nYour rights end.')).toHaveLength(2)
  })

  it('gives pieces of the text in order, and loses only white space', () => {
    const prose = fc.array(
      fc.constantFrom('word', 'A', 'Inc.', 'end.', '\n', '\n\n', '; ', ' ', '“q.”', '1.', '(b)', 'é! '),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(prose, (parts) => {
        const text = parts.join(' ')
        let at = 0
        let kept = ''
        for (const sentence of sentencesOf(text)) {
          expect(sentence.start).toBeGreaterThanOrEqual(at)
          expect(text.slice(sentence.start, sentence.start + sentence.text.length)).toBe(sentence.text)
          at = sentence.start + sentence.text.length
          kept += sentence.text
        }
        expect(kept.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      }),
    )
  })

  it('cuts what never ends, between words', () => {
    const pieces = texts('word '.repeat(2_000))
    expect(pieces.length).toBeGreaterThan(4)
    expect(pieces.every((piece) => piece.length <= 2_000 && /^word.*word$/s.test(piece))).toBe(true)
  })
})
