import type { Action, ModelCaller, RecordKind } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openServices, type Services } from './governed-frames.fixture.ts'

// A frame cancels what is under way when it releases its answer, and has a new signal from then on. A step that was asked
// for before ends with the old one, wherever on its way it is just then: else it waits for a model that never answers.

const TEXTS = { 'a.txt': { text: 'Alpha mentions a patent.', level: 'internal' } } as const
const SPANS = "{ spans: [{ doc: 'a.txt', start: 0, end: 5 }] }"

let services: Services
beforeAll(async () => {
  services = await openServices()
})
afterAll(() => services.close())

/** Answers the root, and nobody else before their request is cancelled. */
const hanging = (model: ModelCaller): ModelCaller => {
  return async (languageModel, request) => {
    if (languageModel.provider === 'test/root') return await model(languageModel, request)
    return await new Promise((_, reject) => {
      const { signal } = request
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}

it.each<[string, Action | RecordKind]>([
  ["llm_query('slow')", 'model::call'],
  ["llm_query('slow')", 'model.call'],
  ["llm_query_batched(['slow', 'slower'])", 'model::call'],
  [`llm_query('slow', ${SPANS})`, 'context::read'],
  [`llm_query('slow', ${SPANS})`, 'context.read'],
  ["rlm_query('slow')", 'recursion::spawn'],
  ["rlm_query('slow')", 'frame.spawn'],
  ["rlm_query_batched(['slow', 'slower'])", 'recursion::spawn'],
  ["read('a.txt')", 'context::read'],
])('%s ends with the answer while %s is late', { timeout: 20_000 }, async (call, what) => {
  const store = await services.store(TEXTS)
  const { value, status, records } = await services.run(
    store,
    { root: [`${call}; FINAL('early')`], children: { slow: ['1'], slower: ['1'] } },
    { ceiling: 'secret', through: hanging, late: { what, ms: 300 } },
  )
  expect([value, status]).toEqual(['early', 'complete'])
  expect(records.at(-1)?.kind).toBe('run.close')
})
