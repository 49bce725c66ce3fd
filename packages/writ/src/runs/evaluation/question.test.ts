import { describe, expect, it } from 'vitest'
import { checkQuestions, readQuestions } from './question.ts'

describe('readQuestions', () => {
  it('names questions by their lines, and leaves empty lines out', () => {
    const text = '\uFEFF{"question": "One?", "gold": 1}\r\n\n{"id": "two", "question": "Two?"}\n'
    expect(readQuestions(text)).toEqual([
      { id: '1', question: 'One?', gold: 1 },
      { id: 'two', question: 'Two?' },
    ])
  })

  it.each([
    ['{"question": "One?"}\n{"question": ', 'line 2: it is not JSON'],
    ['{"question": "One?"}\n["Two?"]', 'line 2: '],
    ['{"question": "  "}', 'line 1: "question" is empty'],
    ['{"gold": 3}', 'line 1: "question" is missing, or no text'],
    ['{"question": "One?", "answer": 3}', 'line 1: Unrecognized key: "answer"'],
    ['{"question": "One?", "gold": 3, "scorer": "bleu"}', 'line 1: "scorer" is none of exact, number'],
    ['{"question": "One?", "gold": "3", "scorer": "number"}', 'line 1: the scorer number takes a number'],
    ['{"question": "One?", "gold": "soon", "scorer": "date"}', 'line 1: the scorer date takes a day'],
    ['{"question": "One?", "gold": "2027-02-29"}', 'line 1: the scorer date takes a day'],
    ['{"question": "One?", "scorer": "date"}', 'line 1: it has a scorer and no gold'],
    ['{"question": "One?", "gold": "x", "scorer": "oolong"}', 'line 1: the scorer oolong, and no other'],
    ['{"question": "One?", "gold": [{"a": 1}, {"b": 1}]}', 'line 1: the scorer set takes a list'],
    [
      '{"id": "a", "question": "One?"}\n{"id": "a", "question": "Two?"}',
      'line 2: the id "a" is that of line 1',
    ],
    ['\n', 'there is no question'],
  ])('refuses %j with the line', (text, message) => {
    expect(() => readQuestions(text)).toThrow(
      expect.objectContaining({ code: 'BAD_QUESTIONS', message: expect.stringContaining(message) }),
    )
  })
})

it('takes a gold of null as none', () => {
  expect(checkQuestions([{ question: 'One?', gold: null }])).toMatchObject([{ id: '1', gold: null }])
})
