import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { DOUBTFUL, FILES, QUESTIONS } from './table-answers.fixture.ts'
import { expectGold } from './table-gold.fixture.ts'

// The built-in model over ten tables: each figure is right and computed without a sub-call, and whatever is in doubt is no figure.

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-table-answers-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

const ask = (query: string): Promise<Answer> => writ.completion({ query, context: FILES })

it('asks at least sixty questions over ten tables', () => {
  expect(FILES).toHaveLength(10)
  expect(QUESTIONS.length).toBeGreaterThanOrEqual(60)
})

describe('a figure', () => {
  it.each(QUESTIONS)('is exact: %s', async (question, gold) => {
    const answer = await ask(question)
    expect(answer).toMatchObject({ status: 'complete', basis: 'exact', usage: { modelCalls: 2, frames: 1 } })
    expectGold(answer, gold)
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})

describe('a question in doubt', () => {
  it.each(DOUBTFUL)('gets passages: %s', async (question) => {
    expect(await ask(question)).toMatchObject({
      status: 'complete',
      basis: 'passages',
      value: { kind: 'passages' },
    })
  })
})
