import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_QUERY_WORDS } from './limits.ts'
import { matchTerms } from './match-terms.ts'

describe('terms', () => {
  it.each([
    ['What is the termination notice?', '"termination" OR "notice"'],
    ['to be or not to be', '"to" OR "be" OR "or" OR "not"'],
    ['GPL-2.0', '"gpl" OR "2" OR "0" OR "gpl 2 0"'],
    ['NEAR(a b) AND "x*" NOT col:y ^z', '"near" OR "near a" OR "b" OR "x" OR "col" OR "y" OR "col y" OR "z"'],
    ['Über Über über', '"über"'],
  ])('of %s', (query, expected) => {
    expect(matchTerms(query).join(' OR ')).toBe(expected)
  })

  it.each(['', '  ', '?!…', '"'])('are none for %j', (query) => {
    expect(matchTerms(query)).toEqual([])
  })

  it('are bounded in number', () => {
    const query = Array.from({ length: 5000 }, (_, at) => `w${at}`).join(' ')
    expect(matchTerms(query)).toHaveLength(MAX_QUERY_WORDS)
  })

  it('are never a syntax error, whatever was asked', () => {
    const db = new DatabaseSync(':memory:')
    db.exec("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'porter unicode61 remove_diacritics 2')")
    const find = db.prepare('SELECT rowid FROM t WHERE t MATCH ?')
    const syntax = fc.constantFrom(
      '"',
      '*',
      '^',
      ':',
      '(',
      ')',
      '-',
      '+',
      'AND',
      'OR',
      'NOT',
      'NEAR',
      '{',
      '}',
      ' ',
      "'",
    )
    const query = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(syntax, fc.string())).map((w) => w.join('')),
    )
    fc.assert(
      fc.property(query, (text) => {
        const expression = matchTerms(text).join(' OR ')
        if (expression !== '') expect(find.all(expression)).toEqual([])
      }),
      { numRuns: 500 },
    )
    db.close()
  })
})
