import { expect, it } from 'vitest'
import { answeredQuestion } from './answered-question.ts'

const ANSWERS = ['Find all {what}', 'Which law governs?', 'What does {party} owe?']

it.each<[string, Record<string, string>]>([
  ['Find all mentions of Acme.', { what: 'mentions of Acme' }],
  ['  find  ALL\nmentions?', { what: 'mentions' }],
  ['which law governs', {}],
  ['What does Acme Ltd. owe?', { party: 'Acme Ltd.' }],
])('a script answers %j', (question, given) => {
  expect(answeredQuestion(ANSWERS, question)).toEqual(given)
})

it.each([
  'Find all',
  'Find all ?',
  'Find allusions',
  'Please find all mentions of Acme',
  'Which law governs the lease?',
  'Which law',
  'What does owe?',
  'What does Acme owe us?',
  '',
])('and not %j', (question) => {
  expect(answeredQuestion(ANSWERS, question)).toBeUndefined()
})

it('takes the first text that fits', () => {
  expect(answeredQuestion(['Find {a}', 'Find all {b}'], 'Find all x')).toEqual({ a: 'all x' })
  expect(answeredQuestion([], 'Find all x')).toBeUndefined()
})
