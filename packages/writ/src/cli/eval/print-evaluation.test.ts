import { expect, it } from 'vitest'
import type { Estimate, Evaluation, EvaluationItem } from '../../index.ts'
import { displayWidth } from '../display-width.ts'
import { evaluationLines } from './print-evaluation.ts'

const WIDTH = 100
const of = (mean: number, low: number, high: number): Estimate => ({ mean, low, high })

const ITEM: EvaluationItem = {
  arm: 'direct',
  question: 'q1',
  repetition: 1,
  outcome: 'answered',
  score: 0,
  run: '0199aaaa-0000-7000-8000-000000000000',
  status: 'complete',
  basis: 'model',
  answer: 'a long answer '.repeat(20),
  said: 'a long answer '.repeat(20),
  reason: null,
  citations: 0,
  evidence: '/home/.writ/runs/x.writ',
  wallMs: 10,
  calls: 1,
  inputTokens: 10,
  outputTokens: 10,
  costMicroUsd: 100,
  costKnown: true,
  takenOver: false,
}

function evaluation(items: readonly EvaluationItem[], changes: Partial<Evaluation> = {}): Evaluation {
  const measures = {
    accuracy: of(0.85, 0.7, 0.95),
    latencyMs: of(12_345, 9_000, 20_000),
    costMicroUsd: of(12_345, 9_000, 20_000),
    tokens: of(123_456, 90_000, 200_000),
    calls: of(32.25, 20, 60),
  }
  return {
    schema: 'writ.evaluation/1',
    evaluation: '0199aaaa-0000-7000-8000-00000000000e',
    complete: true,
    passed: true,
    repeat: 1,
    seed: 'writ',
    documents: 727,
    bytes: 5_000_000,
    questions: [
      {
        id: 'q1',
        question: 'What?',
        gold: { scorer: 'exact', value: 'forged\nline', answerType: null, field: 'answer' },
      },
    ],
    arms: ['direct', 'recurse,model=provider/a-model-with-a-rather-long-name'].map((name, at) => ({
      name,
      strategy: 'recurse',
      models: { root: 'provider/a-model-with-a-rather-long-name', sub: 'provider/another' },
      runs: 20,
      failed: 1,
      scored: 19,
      measures,
      difference: at === 0 ? null : measures,
    })),
    thresholds: [],
    caps: { calls: null, costMicroUsd: 1_000_000 },
    spent: { calls: 40, inputTokens: 10, outputTokens: 10, costMicroUsd: 1_234, costKnown: true },
    items,
    ...changes,
  }
}

const SCREEN = { width: WIDTH, all: false, options: '', out: undefined }

it('fits its tables and what missed to the terminal, and lets no content forge a line', () => {
  const lines = evaluationLines(evaluation([ITEM]), SCREEN)
  const tables = lines.filter((line) => /^(arm|direct|recurse)|q1 ·/.test(line))
  expect(tables).toHaveLength(7)
  for (const line of tables) expect(displayWidth(line)).toBeLessThanOrEqual(WIDTH)
  expect(lines.join('\n')).toContain('gold forged line, said a long answer')
  expect(lines.at(-1)).toBe('done')
})

it('shows the first of many that missed, failures before wrong answers, and all when asked', () => {
  const failed = { ...ITEM, outcome: 'failed' as const, status: 'failed' as const, reason: 'NO_ANSWER: none' }
  const items = [...Array.from({ length: 12 }, () => ITEM), failed]
  const few = evaluationLines(evaluation(items), SCREEN)
  expect(few.filter((line) => line.includes('q1 ·'))).toHaveLength(10)
  expect(few.find((line) => line.includes('q1 ·'))).toContain('failed: NO_ANSWER: none')
  expect(few.join('\n')).toContain('… and 3 more')
  const all = evaluationLines(evaluation(items), { ...SCREEN, all: true })
  expect(all.filter((line) => line.includes('q1 ·'))).toHaveLength(13)
})

it('says that a cap cut it short, and how it goes on', () => {
  const capped = { ...ITEM, outcome: 'capped' as const, score: null }
  const lines = evaluationLines(evaluation([capped], { complete: false, passed: false }), SCREEN)
  expect(lines.at(-1)).toContain('--resume 0199aaaa')
})
