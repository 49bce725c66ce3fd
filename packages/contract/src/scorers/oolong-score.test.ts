import { describe, expect, it } from 'vitest'
import { type AnswerType, goldOf, oolongScore } from './oolong-score.ts'

describe('oolongScore', () => {
  it.each<[string, string[], AnswerType, number]>([
    ['Label: entity', ['entity'], 'LABEL', 1],
    ['**Label: [entity]**', ['entity'], 'LABEL', 1],
    ['Label: Entity', ['entity'], 'LABEL', 0],
    ['entity', ['entity'], 'LABEL', 1],
    ['I am quite sure that it is location', ['location'], 'LABEL', 1],
    ['Label: location', ['human being', 'location'], 'LABEL', 0],
    ['Answer: entity is more common than human being', ['more common than'], 'COMPARISON', 1],
    ['Answer: more common than', ['more common than'], 'COMPARISON', 1],
    ['Answer: entity is less common than human being', ['more common than'], 'COMPARISON', 0],
    ['Answer: 12', ['12'], 'NUMERIC', 1],
    ['Answer: 1_2', ['12'], 'NUMERIC', 1],
    ['Answer: 14', ['12'], 'NUMERIC', 0.5625],
    ['Answer: 12.0', ['12'], 'NUMERIC', 0],
    ['Answer: twelve', ['12'], 'NUMERIC', 0],
    ['Date: 09/06/2023', ['2023-09-06'], 'DATE', 1],
    ['Date: Sep 06, 2023', ['2023-9-6'], 'DATE', 1],
    ['Date: 09/07/2023', ['2023-09-06'], 'DATE', 0],
    ['User: [10432]', ['10432'], 'USER', 1],
    ['', ['entity'], 'LABEL', 0],
  ])('scores %j against %j as %s', (answer, gold, type, score) => {
    expect(oolongScore(answer, gold, type)).toBe(score)
  })
})

describe('goldOf', () => {
  it.each([
    ["['numeric value', 'entity']", ['numeric value', 'entity']],
    ['[352]', ['352']],
    ['["user\'s"]', ["user's"]],
    ['[datetime.date(2023, 9, 6)]', ['2023-9-6']],
  ])('reads %s', (literal, gold) => {
    expect(goldOf(literal)).toEqual(gold)
  })
})
