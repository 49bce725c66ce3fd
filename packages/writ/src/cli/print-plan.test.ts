import { DEFAULT_LIMITS, type PlanCard } from '@writ/contract'
import { expect, it } from 'vitest'
import { planLines } from './print-plan.ts'

const CARD: PlanCard = {
  schema: 'writ.plan/1',
  strategy: 'script',
  reason: 'requested',
  script: { name: 'find-all', planHash: 'ab'.repeat(32) },
  models: { root: 'any/model', sub: 'other/model' },
  documents: 3,
  bytes: 4_096,
  reach: [
    { label: 'internal', documents: 2, bytes: 4_000, allowed: true, reason: null },
    { label: 'restricted', documents: 1, bytes: 96, allowed: false, reason: 'clearance' },
  ],
  bound: {
    calls: 9,
    requests: 36,
    tokens: 1_000_000,
    costMicroUsd: 1_250_000,
    once: { requests: 9, tokens: 250_000, costMicroUsd: 312_500 },
    held: true,
    unknown: null,
  },
  limits: DEFAULT_LIMITS,
  expected: { runs: 2, requests: 7, tokens: 900, costMicroUsd: 1_500 },
}

it('names the models of a verifier that has its own', () => {
  const models = { ...CARD.models, verifier: ['v/one', 'v/two'] }
  expect(planLines({ ...CARD, models })).toContain(
    'models: any/model, sub-calls by other/model, claims checked by v/one, then v/two',
  )
})

it('says what a run would do, reach and cost', () => {
  expect(planLines(CARD)).toEqual([
    'plan: script find-all, as asked for',
    `plan hash: ${'ab'.repeat(32)}`,
    'models: any/model, sub-calls by other/model',
    'corpus: 3 documents, 4,096 bytes',
    '  internal: 2 documents, 4,000 bytes',
    expect.stringMatching(/^ {2}restricted: 1 document, 96 bytes; out of reach \(.+\)$/),
    'at most: 36 requests, 1,000,000 tokens, $1.25 (9 calls, each retried)',
    '  when nothing is retried: 9 requests, 250,000 tokens, $0.3125',
    'expected: 7 requests, 900 tokens, $0.0015 (mean of 2 earlier runs)',
  ])
})

it('says what is not known, and what only the limits bound', () => {
  const bound = {
    ...CARD.bound,
    calls: null,
    costMicroUsd: null,
    once: null,
    held: false,
    unknown: 'a loop (line 2)',
  }
  const lines = planLines({ ...CARD, strategy: 'direct', script: null, bound, expected: null })
  expect(lines).toContain('plan: direct, as asked for')
  expect(lines).toContain('at most: 36 requests, 1,000,000 tokens, cost unknown')
  expect(lines.join('\n')).toMatch(/cannot be added up beforehand.*a loop \(line 2\)/)
  expect(lines.join('\n')).toContain('when each fills its window')
  expect(lines.at(-1)).toContain('nothing is known')
})

it.each([
  [
    { strategy: 'retrieve', reason: 'question-names-what-it-looks-up', script: null },
    'retrieve, because the question names',
  ],
  [{ reason: 'script-answers-the-question' }, 'script find-all, because it says that it answers'],
  [
    { strategy: 'recurse', reason: 'model-answers-by-a-plan', script: null },
    'recurse, because the built-in model',
  ],
])('says why, of %j', (chosen, words) => {
  expect(planLines({ ...CARD, ...chosen })[0]).toContain(`plan: ${words}`)
})

it('counts the votes', () => {
  const lines = planLines({ ...CARD, votes: { asked: 3, frames: 4 } })
  expect(lines.join('\n')).toMatch(/votes: 3 answers are compared, by at most 4 more frames/)
})
