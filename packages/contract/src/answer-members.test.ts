import { expect, it } from 'vitest'
import { answerMembers } from './answer-members.ts'

it('orders the members of an answer and leaves out what says nothing', () => {
  const value = {
    answer: '2 documents mention it.',
    check: ['grep -r -l it .'],
    documents: [{ doc: 'a.txt', count: 2 }],
    kind: 'mention',
    more: { documents: 0 },
    needs: null,
    notes: [],
    searched: { documents: 2 },
    total: 2,
  }
  expect(answerMembers(value)).toEqual({
    answer: '2 documents mention it.',
    short: [
      ['check', 'grep -r -l it .'],
      ['total', 2],
    ],
    lists: [['documents', [{ doc: 'a.txt', count: 2 }]]],
  })
})

it('keeps every member of an object that has no text of its own', () => {
  expect(answerMembers({ kind: 'a', searched: 'b' }).short).toEqual([
    ['kind', 'a'],
    ['searched', 'b'],
  ])
})
