import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { expectGold } from './table-gold.fixture.ts'
import { SAYING_FILES, SAYINGS, UNSETTLED } from './table-sayings.fixture.ts'

// Questions that name no column: each figure is right and says what was counted, and what words do not settle is no figure.

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-table-sayings-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

it.each(SAYINGS.map(([query, gold, says = '']) => [query, gold, says] as const))(
  'is exact: %s',
  async (query, gold, says) => {
    const answer = await writ.completion({ query, context: SAYING_FILES })
    expect(answer).toMatchObject({ status: 'complete', basis: 'exact', value: { kind: 'table' } })
    expectGold(answer, gold)
    expect((answer.value as { answer: string }).answer).toContain(says)
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  },
)

it.each(UNSETTLED)('is no figure: %s', async (query) => {
  const answer = await writ.completion({ query, context: SAYING_FILES })
  expect(answer).toMatchObject({ status: 'complete', basis: 'passages' })
})
