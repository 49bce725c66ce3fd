import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnswerType, goldOf, oolongScore } from '@writ/contract'
import type { Measure } from '../measure.ts'

interface ScoredRow {
  readonly prediction: string
  readonly reference: { readonly answer: string; readonly answer_type: string }
  readonly score: number
}

/** Outputs that were published. */
const ROWS = 150
const CLOSE = 1e-12

/** Whether our scorer gives what the official one gave, on outputs that were published with their scores. */
export function officialScores(data: string): Measure {
  const file = readFileSync(join(data, 'oolong-scored', 'oolong_131k_scored.jsonl'), 'utf8')
  const rows = file
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ScoredRow)
  const equal = rows.filter(({ prediction, reference, score }) => {
    const type = reference.answer_type.replace('ANSWER_TYPE.', '') as AnswerType
    return Math.abs(oolongScore(prediction, goldOf(reference.answer), type) - score) < CLOSE
  })
  return {
    task: 'OOLONG scorer against official scores',
    score: equal.length,
    detail: `of ${rows.length} published outputs get the official score`,
    target: String(ROWS),
    met: rows.length === ROWS && equal.length === ROWS,
  }
}
