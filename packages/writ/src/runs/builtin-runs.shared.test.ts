import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, RunEvent } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit, verifyFile, type Writ } from '../index.ts'

// Whole runs of the built-in model: through the gate, with evidence, done again.

const WITHHELD = { id: 'secret/memo.txt', text: 'The memo mentions the Oxenhall patent twice: patent.\n' }
const TEXTS = [
  ...Array.from({ length: 12 }, (_, n) => ({
    id: `contract-${n}.txt`,
    text: `${'Terms have the meaning given in this agreement.\n'.repeat(30)}${n % 3 === 0 ? 'Patents of the licensor end on litigation.\n' : 'Nothing else.\n'}`,
  })),
  WITHHELD,
]
const LABELS = [{ glob: 'secret/**', label: { level: 'secret', categories: [], untrusted: true } }] as const

let place: string
let writ: Writ
let events: RunEvent[]

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-builtin-'))
  writ = await createWrit({ home: join(place, 'home') })
  events = []
})

afterEach(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

async function ask(query: string, strategy = 'auto'): Promise<Answer> {
  const onEvent = (event: RunEvent): void => void events.push(event)
  const answer = await writ.completion({ query, context: TEXTS, labels: LABELS, strategy, onEvent })
  const report = await verifyFile(answer.evidence ?? '', { trust: join(place, 'home', 'trust.json'), answer })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect((await writ.replay(answer.run)).outcome).toBe('IDENTICAL')
  return answer
}

it.each(['auto', 'direct', 'recurse'])(
  'counts in what policy lets it reach, asked for %s',
  async (strategy) => {
    const answer = await ask('How many contracts mention patents?', strategy)
    expect(answer).toMatchObject({
      status: 'complete',
      value: {
        kind: 'count',
        answer: '4 of 12 documents contain "patents" (whole word, any case), 4 times.',
        searched: { documents: 12, of: 12 },
      },
    })
    expect(JSON.stringify(answer)).not.toContain('Oxenhall')
    expect(answer.citations).toHaveLength(4)
    expect(answer.denials.length).toBeGreaterThan(0)
    expect(events.find((event) => event.type === 'run.open')).toMatchObject({ strategy: 'recurse' })
  },
)

it('lets child frames look for passages, and judges nothing', async () => {
  const answer = await ask('Which contracts end when the licensor must not give any meaning to litigation?')
  expect(answer.status).toBe('complete')
  const value = answer.value as { kind: string; answer: string; passages: { doc: string }[] }
  expect(value.kind).toBe('passages')
  expect(value.answer).toMatch(/^Nothing was judged\. /)
  expect(
    value.passages
      .slice(0, 4)
      .map(({ doc }) => doc)
      .sort(),
  ).toEqual(['contract-0.txt', 'contract-3.txt', 'contract-6.txt', 'contract-9.txt'].sort())
  expect(answer.usage.frames).toBeGreaterThan(1)
  expect(JSON.stringify(answer)).not.toContain('Oxenhall')
})

it('answers when a limit leaves little room', async () => {
  const tight = await createWrit({
    home: join(place, 'tight'),
    limits: { maxTurns: 1, maxDepth: 0, maxCalls: 1 },
  })
  try {
    const answer = await tight.completion({ query: 'How many contracts mention patents?', context: TEXTS })
    expect(answer.status).toBe('incomplete')
    expect(answer.value).toMatchObject({
      answer: '4 of 13 documents contain "patents" (whole word, any case), 4 times.',
    })
  } finally {
    await tight.close()
  }
})
