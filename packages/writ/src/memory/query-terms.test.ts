import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TOKENIZE } from './index-file.ts'
import { MAX_QUERY_WORDS } from './limits.ts'
import { queryTerms } from './query-terms.ts'
import { QueryTokens } from './query-tokens.ts'

describe('terms', () => {
  it.each([
    ['What is the termination notice?', 'termination | notice'],
    ['to be or not to be', 'to | be | or | not'],
    ['GPL-2.0', 'gpl | 2 | 0 | gpl 2 0'],
    ['NEAR(a b) AND "x*" NOT col:y ^z', 'near | near a | b | x | col | y | col y | z'],
    ['Über Über über', 'über'],
  ])('of %s', (query, expected) => {
    expect(queryTerms(query).join(' | ')).toBe(expected)
  })

  it.each(['', '  ', '?!…', '"'])('are none for %j', (query) => {
    expect(queryTerms(query)).toEqual([])
  })

  it('are bounded in number', () => {
    const query = Array.from({ length: 5000 }, (_, at) => `w${at}`).join(' ')
    expect(queryTerms(query)).toHaveLength(MAX_QUERY_WORDS)
  })

  it('become the tokens by which FTS5 itself finds them, and never an error, whatever was asked', () => {
    const db = new DatabaseSync(':memory:')
    db.exec(`CREATE VIRTUAL TABLE t USING fts5(x, tokenize = '${TOKENIZE}')`)
    const find = db.prepare('SELECT rowid FROM t WHERE t MATCH ?')
    const words = fc.constantFrom(
      '"',
      '*',
      'AND',
      'NEAR(',
      "don't",
      'É',
      'running',
      'ﬁ',
      '１２',
      '中文',
      'a\u0301',
    )
    const query = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((some) => some.join(' ')),
    )
    fc.assert(
      fc.property(query, (text) => {
        for (const term of queryTerms(text)) {
          const tokens = QueryTokens.get().of(term)
          db.prepare('INSERT INTO t VALUES (?)').run(term)
          expect(find.all(`"${term}"`)).toHaveLength(tokens.length > 0 ? 1 : 0)
          db.exec('DELETE FROM t')
        }
      }),
      { numRuns: 300 },
    )
    db.close()
  })
})
