import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestEvidence } from './evidence.ts'
import { analyse } from './question.ts'

const PATENTS = 'Which of these licences end patent rights when the licensee starts patent litigation?'

function holds(question: string, text: string): boolean {
  return bestEvidence(analyse(question), text)?.holds ?? false
}

describe('bestEvidence', () => {
  it('says yes where the ideas stand in one sentence, in whatever words', () => {
    expect(
      holds(
        PATENTS,
        'If you bring a patent claim against any contributor, your patent license from it ends automatically.',
      ),
    ).toBe(true)
    expect(
      holds(
        PATENTS,
        'This License shall terminate as of the date You commence an action, including a counterclaim, alleging that the Work infringes a patent.',
      ),
    ).toBe(true)
  })

  it('says no where an idea is missing or far away', () => {
    expect(
      holds(PATENTS, 'Permission is hereby granted, free of charge, to any person to use the Software.'),
    ).toBe(false)
    expect(holds(PATENTS, 'If you fail to comply, your patent license terminates.')).toBe(false)
    const sentence = (between: string): string => `If You sue over a patent ${between}Your licence ends.`
    expect(holds(PATENTS, sentence(''))).toBe(true)
    const far = sentence('and so on '.repeat(60))
    expect(holds(PATENTS, far)).toBe(false)
  })

  it('joins two neighbouring sentences, not more', () => {
    const [first, second] = [
      'If You start litigation over a patent, this applies.',
      'Your rights then terminate.',
    ]
    expect(holds(PATENTS, `${first} ${second}`)).toBe(true)
    expect(holds(PATENTS, `${first} Nothing else matters here at all. ${second}`)).toBe(false)
  })

  it('heeds a negation', () => {
    const question = 'Which licences grant patent rights?'
    expect(holds(question, 'The author grants you patent rights.')).toBe(true)
    expect(holds(question, 'The author does not grant patent rights.')).toBe(false)
    expect(holds(question, 'No patent rights are granted.')).toBe(false)
    expect(holds('Which licences allow commercial use?', 'You may use it for non-commercial purposes.')).toBe(
      false,
    )
    expect(
      holds(
        'Which licences allow commercial use?',
        'You may not exercise the rights granted for commercial use.',
      ),
    ).toBe(false)
    expect(
      holds(
        'Which licences disclaim warranties?',
        'THE SOFTWARE IS PROVIDED AS-IS, WITHOUT WARRANTY OF ANY KIND.',
      ),
    ).toBe(true)
  })

  it('gives the sentence after a heading with it', () => {
    const text = 'Governing Law.\nThis agreement is governed by the laws of Ohio. Something else entirely.'
    expect(bestEvidence(analyse('Find the clause about governing law'), text)?.quote).toBe(
      'Governing Law.\nThis agreement is governed by the laws of Ohio.',
    )
  })

  it('keeps a quote short and between words', () => {
    const text = `Notwithstanding ${'many words '.repeat(150)} the licence shall terminate upon litigation about a patent ${'and more '.repeat(20)}`
    const evidence = bestEvidence(analyse(PATENTS), text)
    expect(evidence?.quote.length).toBeLessThanOrEqual(900)
    expect(evidence?.quote).toContain('terminate upon litigation about a patent')
    expect(text).toContain(` ${evidence?.quote ?? '?'} `)
  })

  it('quotes the text verbatim, whatever the text', () => {
    const part = fc.constantFrom(
      'patent',
      'terminates',
      'litigation',
      'If You',
      'not',
      'é',
      '😀',
      '.',
      '. ',
      '\n',
      '\n\n',
      ' ',
      'word word',
      ': ',
      '"',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 400 }), (parts) => {
        const text = parts.join(' ')
        const evidence = bestEvidence(analyse(PATENTS), text)
        if (evidence === undefined) return
        expect(text.slice(evidence.start, evidence.start + evidence.quote.length)).toBe(evidence.quote)
        expect(evidence.score).toBeGreaterThan(0)
        expect(evidence.score).toBeLessThanOrEqual(1)
      }),
    )
  })
})
