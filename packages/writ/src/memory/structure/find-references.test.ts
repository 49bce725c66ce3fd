import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findReferences } from './find-references.ts'
import { findTerms } from './find-terms.ts'

const said = (text: string): [string, string | null][] =>
  findReferences(text).map(({ start, end, to }) => [text.slice(start, end), to?.title ?? null])

const CONTRACT = `SUPPLY AGREEMENT

This Supply Agreement (the "Agreement") is made between Acme, Inc. ("Acme") and Beta Ltd (each, a "Party" and together, the "Parties").

1. Definitions

"Products" means the goods of Exhibit A. “Net
Sales” shall mean what Section 4.2(a) says.

4. Payment

4.1 Price. The price is that of Schedule 2, as Sections 4.2 and 9.9 provide.

4.2 Payment terms. Each Party pays under Article IV. See § 4.1 hereof.

ARTICLE IV
GENERAL

Section 5 of the Securities Act and Internal Revenue Code Section 409A apply, and Section 4.1 of this Agreement.

EXHIBIT A

Products: bolts. Parties agree.
`

describe('references within a text', () => {
  it('lead to the part that they mean, or say that there is none', () => {
    // "Section 409A" is no number of a part.
    expect(said(CONTRACT)).toEqual([
      ['Exhibit A', 'EXHIBIT A'],
      ['Section 4.2(a)', '4.2 Payment terms. Each Party pays under Article IV. See § 4.1 hereof.'],
      ['Schedule 2', null],
      ['Sections 4.2', expect.stringContaining('4.2 Payment terms')],
      ['9.9', null],
      ['Article IV', 'ARTICLE IV'],
      ['§ 4.1', expect.stringContaining('4.1 Price')],
      ['Section 5', null],
      ['Section 4.1', expect.stringContaining('4.1 Price')],
    ])
  })

  it('stay open where several parts have the number, and where a table of contents names it', () => {
    const twice = '2.1 Fees. One.\n\n2.1 Fees. Two.\n\nSee Section 2.1.\n'
    expect(findReferences(twice)).toMatchObject([{ to: null, problem: '2 parts have this number' }])
    const contents = 'CONTENTS\n\n2.1 Fees ........ 7\n\n2.1 Fees. One.\n\nSee Section 2.1.\n'
    expect(findReferences(contents)).toMatchObject([{ to: { start: 31 }, problem: null }])
  })

  it('are seen where headings stand in the middle of a line, and not in the plural of a word', () => {
    const text = `${' '.repeat(40)}EXHIBIT A\n\nSCHEDULES\n\nSee Exhibit A and its Schedules.\n`
    expect(said(text)).toEqual([['Exhibit A', 'EXHIBIT A']])
  })

  it('are not led astray by a line that only begins with a number', () => {
    expect(said('The parties agree on Section\n4.2 The rest is void.\n')).toEqual([['Section\n4.2', null]])
  })

  it('are all found, with their parts, in contracts that are made up', () => {
    const contract = fc.record({
      parts: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 })), {
        selector: (part) => part.join('.'),
        minLength: 1,
        maxLength: 12,
      }),
      to: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 })), {
        maxLength: 12,
      }),
      style: fc.constantFrom('', 'Section ', '## ', '  '),
    })
    fc.assert(
      fc.property(contract, ({ parts, to, style }) => {
        const numbers = parts.map((part) => part.join('.'))
        const text = numbers
          .map(
            (number, n) =>
              `${style}${number} Heading of it\n\nAs Section ${to[n]?.join('.') ?? number} says, it is so.\n`,
          )
          .join('\n')
        expect(findReferences(text).map(({ to }) => to?.title ?? null)).toEqual(
          numbers.map((number, n) => {
            const wanted = to[n]?.join('.') ?? number
            return numbers.includes(wanted)
              ? `${style.trim().replace('##', '')} ${wanted} Heading of it`.trim()
              : null
          }),
        )
      }),
    )
  })
})

describe('defined terms', () => {
  it('are those that a text gives a meaning, with how often it says them', () => {
    expect(findTerms(CONTRACT).map(({ name, uses, problem }) => [name, uses, problem])).toEqual([
      ['Agreement', 3, null],
      ['Acme', 2, null],
      ['Party', 2, null],
      ['Parties', 2, null],
      ['Products', 2, null],
      ['Net Sales', 1, null],
    ])
  })

  it('say when they are defined again, and are no quotes of other kinds', () => {
    expect(findTerms('"Fee" means one. "Fee" means two.').map(({ problem }) => problem)).toEqual([
      'it is defined 2 times',
      'it is defined 2 times',
    ])
    expect(findTerms('He wrote (in a letter to "The Times") that "Blue" was nice.')).toEqual([])
  })

  it.each(['"', '(', '("A', '("A") ', '"A" means ', 'Section 1, ', 'Section 1.1\n', '1.1 A\n\n'])(
    'and references come to an end over 200 KB of %j',
    (unit) => {
      const text = unit.repeat(200_000 / unit.length)
      expect(findTerms(text).length + findReferences(text).length).toBeLessThan(1_000_000)
    },
  )
})
