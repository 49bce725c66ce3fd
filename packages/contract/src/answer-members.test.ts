import { expect, it } from 'vitest'
import { answerMembers } from './answer-members.ts'
import type { Json } from './json.ts'

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

it('a grep without its paths is left to programs, and any other check is told', () => {
  const members = (check: Json) => answerMembers({ answer: 'a', check }).lists.length
  expect(members([{ command: "grep -o -F -e 'x'", docs: null }])).toBe(0)
  expect(members([{ command: "grep -o -F -e 'x'", docs: ['a.txt'] }])).toBe(0)
  expect(members([{ command: 'rm -r x', docs: null }])).toBe(1)
  expect(members([{ command: 'grep x', docs: null, more: 1 }])).toBe(1)
  expect(members([{ command: 'grep x', docs: [1] }])).toBe(1)
})
