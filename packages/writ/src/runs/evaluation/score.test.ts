import type { Json } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { checkQuestions } from './question.ts'
import { scoreOf } from './score.ts'

/** The score of a released value against a gold, by the scorer that is named or follows from the gold. */
function scored(value: Json, gold: Json, how: object = {}): number {
  const [asked] = checkQuestions([{ question: 'What?', gold, ...how }])
  if (asked?.gold == null) throw new Error('there is no gold')
  return scoreOf(value, asked.gold, 'model')
}

describe('the usual scorer of a gold', () => {
  it.each<[string, Json, Json, number]>([
    ['a text: the same, but for case, spacing and punctuation around it', ' “New   York”. ', 'new york', 1],
    ['a text: nothing more around it', 'It is New York', 'New York', 0],
    ['true: yes', 'Yes, with consent.', true, 1],
    ['true: no', 'No.', true, 0],
    ['true: neither', 'Perhaps', true, 0],
    ['false: a value', false, false, 1],
    ['an object: whole', { a: 1, b: [2] }, { b: [2], a: 1 }, 1],
    ['an object: another', { a: 1 }, { a: 2 }, 0],
    ['a number: as a value', 14, 12, 0.5625],
    ['a number: in prose', 'There are 1,234 of them, in 3 files.', 1234, 1],
    ['a number: not one that is quoted', '"12 Monkeys" occurs 7 times.', 7, 1],
    ['a number: after the last Answer:', 'Of 30 files 4 fit. Answer: 5', 4, 0.75],
    ['a number: none', 'None of them', 0, 0],
    ['a number: the only one of a value', [{ name: '3 parts', count: 12 }], 12, 1],
    ['a number: one of several of a value', { count: 12, year: 2027 }, 12, 0],
    ['a list: F1', ['a.txt', 'b.txt', 'c.txt'], ['A.txt', 'b.txt'], 0.8],
    ['a list: in lines', '- a.txt\n- b.txt', ['a.txt', 'b.txt'], 1],
    ['a list: between commas', 'b.txt, a.txt', ['a.txt', 'b.txt'], 1],
    ['a list: JSON in prose', '["a.txt"]', ['a.txt', 'b.txt'], 2 / 3],
    ['a list: rows against values', [{ doc: 'a.txt', n: 1 }], [{ doc: 'a.txt' }], 1],
    ['a list: prose against rows of one member', 'a.txt', [{ doc: 'a.txt' }], 1],
    [
      'a list: rows twice count once',
      [
        { doc: 'a', n: 1 },
        { doc: 'a', n: 2 },
        { doc: 'b', n: 1 },
      ],
      [{ doc: 'a' }, { doc: 'b' }],
      1,
    ],
    ['a list: two members', [{ doc: 'a', n: 2 }], [{ doc: 'a', n: 1 }], 0],
    ['a day', 'It ends on 2027-03-01.', '2027-03-01', 1],
    ['a day: in words', 'March 1, 2027', '2027-03-01', 1],
    ['a day: day first', '1 March 2027', '2027-03-01', 1],
    ['a day: one of two', 'From 2026-03-01 to 2027-03-01', '2027-03-01', 0],
  ])('%s', (_, value, gold, score) => {
    expect(scored(value, gold)).toBeCloseTo(score, 12)
  })
})

it('scores nothing of an answer that judged nothing, but for a member that the question names', () => {
  const passages = {
    answer: 'Nothing was judged. 12 passages of 3 documents fit.',
    passages: [{ doc: 'a.txt' }],
  }
  const golds = checkQuestions([
    { question: 'How many?', gold: 12 },
    { question: 'Where?', gold: [{ doc: 'a.txt' }], field: 'passages' },
  ])
  expect(golds.map(({ gold }) => gold && scoreOf(passages, gold, 'passages'))).toEqual([0, 1])
})

it.each<[Json, Json, object, number]>([
  ['It is ABC-1.', ['abc-1', 'abc-2'], { scorer: 'string_match_all' }, 0.5],
  ['Label: entity', 'entity', { scorer: 'oolong', answerType: 'LABEL' }, 1],
  ['Answer: 14', ['12'], { scorer: 'oolong', answerType: 'NUMERIC' }, 0.5625],
  ['(2, 1)\n(3, 4)', [[1, 2]], { scorer: 'pairs' }, 2 / 3],
  [[[2, 1]], [[1, 2]], { scorer: 'pairs' }, 1],
])('%j against %j by %j', (value, gold, how, score) => {
  expect(scored(value, gold, how)).toBeCloseTo(score, 12)
})

it('scores a member of an object: `answer`, or the one that is named', () => {
  const value = {
    answer: '2 of 9 documents',
    documents: [
      { doc: 'a', n: 1 },
      { doc: 'b', n: 4 },
    ],
  }
  expect(scored(value, 2)).toBe(1)
  expect(scored(value, [{ doc: 'a' }, { doc: 'b' }], { field: 'documents' })).toBe(1)
})
