import { describe, expect, it } from 'vitest'
import { checkInWords, readChecks } from './checks.ts'

const refused = expect.objectContaining({ code: 'USAGE' })

describe('checks that are asked for', () => {
  it('are read each once, in one order', () => {
    expect(readChecks([])).toEqual({ checks: [] })
    expect(readChecks(['votes:3', 'claims', 'citations', 'claims'])).toEqual({
      checks: ['citations', 'claims', 'votes'],
      votes: 3,
      leaves: 'sentences',
    })
  })

  it.each([
    'quotes',
    'claims:2',
    'votes',
    'votes:',
    'votes:1',
    'votes:10',
    'votes:03',
    'votes:3:4',
    'votes:x',
  ])('are refused where they say nothing: %s', (text) => expect(() => readChecks([text])).toThrow(refused))

  it('do not ask for two numbers of votes', () => {
    expect(() => readChecks(['votes:3', 'votes:5'])).toThrow(refused)
  })
})

describe('a check in words', () => {
  it('says whose claims they are', () => {
    const claims = { check: 'claims', outcome: 'passed', checked: 2, failed: 0, code: null } as const
    expect(checkInWords(claims)).toBe('claims passed: 2 of 2 that a verifier named')
  })

  it.each([
    ['NO_PROGRESS', 'claims not checked: who was to check went in circles (NO_PROGRESS)'],
    ['INTERNAL', 'claims not checked: INTERNAL'],
    [null, 'claims not checked: nothing says why'],
  ])('says why it was not done: %s', (code, words) => {
    const undone = { check: 'claims', outcome: 'undone', checked: 0, failed: 0, code } as const
    expect(checkInWords(undone)).toBe(words)
  })

  const CHECK = { check: 'votes', outcome: 'passed', checked: 4, failed: 0, code: null } as const
  it('says how many answers agree', () => {
    const votes = { asked: 3, came: 2, agreeing: 1, again: 1 }
    expect(checkInWords({ ...CHECK, votes })).toBe(
      'votes passed: 4 of 4, 1 asked again (1 of 2 answers agree throughout, at most 3 asked)',
    )
    expect(checkInWords({ ...CHECK, outcome: 'undone', code: 'SEALED', votes })).toBe(
      'votes not checked: part of the answer is sealed (SEALED)',
    )
  })
})
