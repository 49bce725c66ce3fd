import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyse } from './question.ts'

const ideas = (text: string): string[] => analyse(text).ideas.map((idea) => idea.name)

describe('analyse', () => {
  it.each([
    ['Which of these licences end patent rights when the licensee starts patent litigation?', 'which'],
    ['Do any of these contracts allow assignment?', 'which'],
    ['List all documents that require attribution.', 'which'],
    ['How many contracts have a non-compete clause?', 'count'],
    ['Could you please tell me how many files mention Rust?', 'count'],
    ['How many times does "warranty" appear?', 'occurrences'],
    ['Count the lines that contain ERROR', 'occurrences'],
    ['Find the clause about governing law', 'find'],
    ['Where is the deadline mentioned?', 'find'],
    ['Compare MIT and ISC on warranty', 'compare'],
    ['What is the difference between the GPL and the LGPL?', 'compare'],
    ['Summarise the documents', 'summary'],
    ['What is the special magic number for long-term?', 'answer'],
    ['Who signed the agreement?', 'answer'],
  ])('%s: %s', (text, kind) => {
    expect(analyse(text).kind).toBe(kind)
  })

  it('finds the ideas of a predicate, not of its subject', () => {
    const question = analyse(
      'Which of these licences end patent rights when the licensee starts patent litigation?',
    )
    expect(question.ideas.map((idea) => [idea.name, idea.weight])).toEqual([
      ['end', 2],
      ['patent', 2],
      ['right', 1],
      ['party', 1],
      ['start', 1],
      ['litigation', 2],
      ['condition', 1],
    ])
    expect(question).toMatchObject({ mention: null, negated: false, heedsNegation: true })
    expect(ideas('Which open source licences allow commercial use?')).toEqual(['allow', 'commercial', 'use'])
    expect(ideas('What are all the magic numbers for long-term mentioned in the provided text?')).toEqual([
      'magic',
      'number',
      'long-term',
    ])
    expect(ideas('Which contracts are governed by the law of New York?')).toContain('New York')
  })

  it('knows when a question asks only for words', () => {
    const said = (text: string): unknown => analyse(text).mention
    expect(said('Which of these licences mention patents?')).toEqual({
      terms: ['\\bpatent\\w*'],
      any: false,
      said: 'patents',
    })
    expect(said('Which licences mention warranty or liability?')).toMatchObject({
      any: true,
      terms: [expect.anything(), expect.anything()],
    })
    expect(said('How many files contain the phrase "Berne Convention"?')).toMatchObject({
      terms: ['\\bBerne\\s+Convention\\b'],
    })
    expect(said('In which documents is the Berne Convention mentioned?')).toMatchObject({
      terms: ['\\bberne\\s+\\bconvent\\w*'],
    })
    expect(said('Which contracts contain a warranty disclaimer?')).toBeNull()
    expect(said('Which licences mention that rights end if somebody sues?')).toBeNull()
  })

  it('turns a negated question round', () => {
    expect(analyse('Which licences do not mention patents?')).toMatchObject({
      negated: true,
      positive: 'Which licences mention patents?',
    })
    expect(analyse('Which contracts lack a termination clause?')).toMatchObject({ negated: true })
    expect(analyse('Which licences allow use without attribution?')).toMatchObject({ negated: false })
  })

  it('does not heed "not" where the question is about refusing', () => {
    expect(analyse('Which licences disclaim all warranties?').heedsNegation).toBe(false)
    expect(analyse('Which licences grant patent rights?').heedsNegation).toBe(true)
  })

  it('finds the names of documents', () => {
    expect(analyse('Compare MIT, ISC and the Apache-2.0 licence on patents').names).toEqual([
      'MIT',
      'ISC',
      'Apache-2.0',
    ])
    expect(analyse('What is the governing law of the Aladdin licence?')).toMatchObject({
      names: ['Aladdin'],
      positive: 'What is the governing law?',
    })
    expect(analyse('What does Apache-2.0 say about patents?').names).toEqual(['Apache-2.0'])
  })

  it('is total, deterministic, and makes valid patterns whatever is asked', () => {
    const word = fc.constantFrom(
      'which',
      'licences',
      'how many',
      'do not',
      'mention',
      '"a b"',
      '[',
      '(',
      '`',
      '$',
      '\\',
      '?',
      'New',
      'York',
      '*',
      'é',
      'compare',
      'and',
      'on',
      '\n',
      '"',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
        ),
        (text) => {
          const question = analyse(text)
          expect(analyse(text)).toEqual(question)
          for (const { strong, loose } of question.ideas) new RegExp(`${strong}|${loose ?? strong}`, 'iu')
          for (const term of question.mention?.terms ?? []) new RegExp(term, 'iu')
        },
      ),
    )
  })
})
