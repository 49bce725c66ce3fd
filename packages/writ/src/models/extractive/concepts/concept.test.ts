import { describe, expect, it } from 'vitest'
import { BUSINESS } from './business.ts'
import { anyOf, conceptOf } from './concept.ts'
import { GENERAL } from './general.ts'
import { LEGAL } from './legal.ts'
import { MEDICAL } from './medical.ts'
import { TECHNICAL } from './technical.ts'

const lines = [LEGAL, GENERAL, BUSINESS, TECHNICAL, MEDICAL].flatMap((group) => group.trim().split('\n'))

describe('the table of concepts', () => {
  it('is broad, well-formed, and names each concept once', () => {
    expect(lines.length).toBeGreaterThan(200)
    for (const line of lines)
      expect(line).toMatch(/^~?[\w-]+: [\w=*'-]+(?: [\w=*'-]+)*(?: \|(?: [\w=*'-]+)+)?$/)
    const names = lines.map((line) => line.split(':')[0])
    expect(new Set(names).size).toBe(names.length)
  })

  it('matches every word it lists', () => {
    for (const line of lines) {
      const words = line.split(/:\s/)[1]?.split('|')[0]?.trim().split(/\s+/) ?? []
      for (const word of words) {
        const term = word.replace(/_\*/g, '').replace(/_/g, ' ').replace(/=$/, '')
        expect([word, conceptOf(term)?.name]).not.toContain(undefined)
      }
    }
  })
})

describe('conceptOf', () => {
  it.each([
    ['terminated', 'end'],
    ['revocation', 'end'],
    ['lawsuits', 'litigation'],
    ['counterclaim', 'litigation'],
    ['licences', 'right'],
    ['licensee', 'party'],
    ['Licensor', 'giver'],
    ['governing_law', 'governing_law'],
    ['physicians', 'doctor'],
    ['patent', undefined],
    ['zebra', undefined],
  ])('%s → %s', (term, name) => {
    expect(conceptOf(term)?.name).toBe(name)
  })
})

it('joins patterns', () => {
  expect([anyOf(['a']), anyOf(['a', 'b'])]).toEqual(['a', '(?:a|b)'])
})
