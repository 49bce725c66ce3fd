import type { Json } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparedLeaf, compareVotes } from './compare-votes.ts'
import { isAgreed, majorityAt, votesNeeded } from './count-votes.ts'
import { matchItems } from './match-items.ts'

const whole = (...values: readonly Json[]): { value: Json; only: null }[] =>
  values.map((value) => ({ value, only: null }))

/** Each leaf as `path: agreeing of votes`. */
function told(leaves: readonly ComparedLeaf[]): readonly string[] {
  return leaves.map(({ path, agreeing, votes }) => `${path}: ${agreeing} of ${votes}`)
}

describe('votes', () => {
  it('are compared leaf by leaf', () => {
    const value = { name: 'Acme', ends: '2027', parties: 2 }
    const votes = whole(value, { name: 'Acme', ends: '2028', parties: 2 }, { name: 'Acme', ends: '2027' })
    expect(told(compareVotes(value, votes))).toEqual(['/name: 3 of 3', '/ends: 2 of 3', '/parties: 2 of 3'])
  })

  it('say the same in another case and with other white space, and numbers are exact', () => {
    expect(compareVotes('New  York', whole(' new york\n'))).toMatchObject([{ agreeing: 1 }])
    expect(compareVotes(2, whole(2.0, 2.000001, '2'))).toMatchObject([{ agreeing: 1, votes: 3 }])
    expect(compareVotes(false, whole(false, 'false', null))).toMatchObject([{ agreeing: 1, votes: 3 }])
  })

  it('take a member that is null for one that is not there', () => {
    expect(told(compareVotes({ a: 1, b: null }, whole({ a: 1 })))).toEqual(['/a: 1 of 1'])
    expect(told(compareVotes({ a: 1 }, whole({ a: 1, b: 2 })))).toEqual(['/a: 1 of 1', '/b: 0 of 1'])
  })

  it('find rows again in whatever order they are listed', () => {
    const value = [
      { doc: 'a', law: 'Delaware' },
      { doc: 'b', law: 'Ohio' },
    ]
    const vote = [
      { law: 'Texas', doc: 'b' },
      { law: 'Delaware', doc: 'a' },
    ]
    expect(told(compareVotes(value, whole(vote)))).toEqual([
      '/0/doc: 1 of 1',
      '/0/law: 1 of 1',
      '/1/doc: 1 of 1',
      '/1/law: 0 of 1',
    ])
  })

  it('tell of a row that the value does not have, and of one that only it has', () => {
    expect(told(compareVotes(['a'], whole(['a', 'b'], ['b', 'a'])))).toEqual(['/0: 2 of 2', '/-: 0 of 2'])
    expect(told(compareVotes(['a', 'b'], whole(['a'], ['b', 'a'])))).toEqual(['/0: 2 of 2', '/1: 1 of 2'])
    expect(compareVotes([], whole([], ['x']))).toMatchObject([
      { path: '/-', value: null, agreeing: 1, others: [{ value: 'x', votes: 1 }] },
    ])
  })

  it('agree on a list that is empty for all', () => {
    expect(told(compareVotes([], whole([], [])))).toEqual([': 2 of 2'])
    expect(told(compareVotes({ rows: [] }, whole({ rows: [] }, {})))).toEqual(['/rows: 1 of 2'])
  })

  it('of another shape say nothing that counts for the value', () => {
    expect(told(compareVotes([{ a: 1 }], whole('none', { a: 1 })))).toEqual(['/0/a: 0 of 2'])
    expect(told(compareVotes('none', whole([{ a: 1 }])))).toEqual([': 0 of 1'])
  })

  it('count only for the leaves they were asked for', () => {
    const value = { a: 1, b: 2 }
    const votes = [...whole(value, { a: 1, b: 3 }), { value: { a: 1, b: 2 }, only: new Set(['/b']) }]
    const leaves = compareVotes(value, votes)
    expect(told(leaves)).toEqual(['/a: 2 of 2', '/b: 2 of 3'])
    expect(leaves.map(({ again }) => again)).toEqual([false, true])
  })

  it('agree with themselves, whatever is listed in whatever order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (any, seed) => {
        const value = JSON.parse(JSON.stringify(any)) as Json
        const leaves = compareVotes(value, whole(value, turned(value, seed)))
        expect(leaves.filter(({ agreeing }) => agreeing < 2)).toEqual([])
      }),
    )
  })
})

describe('asking for votes', () => {
  const leaf = (agreeing: number, again = false): ComparedLeaf => ({
    path: '',
    value: 1,
    votes: agreeing,
    agreeing,
    own: true,
    again,
    others: [],
    against: new Set(),
  })

  it('asks no more at once than agreement takes, and stops with a majority', () => {
    expect(votesNeeded([leaf(1)], 3, 2)).toBe(1)
    expect(votesNeeded([leaf(2)], 3, 1)).toBe(0)
    expect(votesNeeded([leaf(1)], 5, 4)).toBe(2)
    expect(votesNeeded([leaf(1), leaf(2)], 5, 2)).toBe(2)
  })

  it('stops where no majority can come any more', () => {
    expect(votesNeeded([leaf(1)], 3, 0)).toBe(0)
    expect(votesNeeded([leaf(1)], 5, 1)).toBe(0)
  })

  it('stops only where no vote more could change what the check comes to', () => {
    fc.assert(
      fc.property(fc.array(rows(), { minLength: 2, maxLength: 7 }), (values) => {
        const [value = null] = values
        const asked = values.length
        const after = (count: number): readonly ComparedLeaf[] =>
          compareVotes(value, whole(...values.slice(0, count)))
        const passes = (count: number): boolean => after(count).every((leaf) => isAgreed(leaf, asked))
        for (const count of values.keys())
          if (votesNeeded(after(count + 1), asked, asked - count - 1) === 0)
            expect(passes(count + 1)).toBe(passes(asked))
      }),
    )
  })

  it('takes a majority of all that may be asked, also where a leaf was asked again', () => {
    expect(majorityAt(leaf(0), 2)).toBe(2)
    expect(majorityAt(leaf(0), 4)).toBe(3)
    expect(majorityAt(leaf(0, true), 3)).toBe(3)
    expect(isAgreed(leaf(2), 3)).toBe(true)
    expect(isAgreed(leaf(2, true), 3)).toBe(false)
  })
})

describe('items of lists', () => {
  it('are matched once each', () => {
    expect(matchItems(['a', 'a', 'b'], ['a', 'b', 'c'])).toEqual([0, 2, 1])
    expect(matchItems([{ k: 1, v: 1 }], [{ k: 2 }, { k: 1, v: 3 }])).toEqual([1])
  })
})

function rows(): fc.Arbitrary<Json> {
  const cell = fc.constantFrom<Json>('a', 'b', 1, 2, null)
  return fc.array(fc.record({ k: cell, v: cell }), { maxLength: 4 })
}

/** The same value with its lists turned round and its members in another order. */
function turned(value: Json, by: number): Json {
  if (Array.isArray(value)) {
    const at = value.length === 0 ? 0 : by % value.length
    return [...value.slice(at), ...value.slice(0, at)].map((item) => turned(item, by))
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).reverse()
  return Object.fromEntries(members.map(([name, member]) => [name, turned(member ?? null, by)]))
}
