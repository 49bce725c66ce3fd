import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { inDocuments } from './in-documents.fixture.ts'

const here = inDocuments()

it('counts in a document of one word, and in those beside it', async () => {
  await writeFile(join(here.place, 'long.txt'), `needle ${'y'.repeat(5_000_000)} needle`)
  await writeFile(join(here.place, 'short.txt'), 'needle\n')
  const asked = await here.start([
    'ask',
    'How many times does "needle" occur?',
    'long.txt',
    'short.txt',
    '--json',
  ])
  const { value } = JSON.parse(asked.out) as { value: { answer: string } }
  expect(value.answer).toMatch(/^"needle" occurs 3 times in 2 of 2 documents/)
})

it('counts a log that one cell cannot be handed, over several', async () => {
  const next = numbers(7)
  const lines: string[] = []
  for (let length = 0; length < 18_000_000; length += lines.at(-1)?.length ?? 0) lines.push(logLine(next))
  await writeFile(join(here.place, 'big.log'), lines.join(''))
  const asked = await here.start(['ask', 'How many lines contain "FAILED"?', 'big.log', '--json'])
  const { value, basis } = JSON.parse(asked.out) as {
    value: { answer: string; counted: readonly { lines: number; occurrences: number }[] }
    basis: string
  }
  const all = lines.join('')
  const hits = all.split('\n').map((line) => line.match(/\bFAILED\b/g)?.length ?? 0)
  expect(basis).toBe('exact')
  expect(value.counted).toMatchObject([
    { lines: hits.filter((n) => n > 0).length, occurrences: hits.reduce((sum, n) => sum + n, 0) },
  ])
  expect(value.answer).not.toMatch(/at least/i)
})

/** Numbers below 1 that look random. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

/** A line of a log, sometimes a very long one, sometimes with the word several times or within another. */
function logLine(next: () => number): string {
  const words = Array.from({ length: next() < 0.001 ? 200_000 : 1 + Math.floor(next() * 12) }, () => {
    const n = next()
    return n < 0.05 ? 'FAILED' : n < 0.06 ? 'FAILEDLY' : n < 0.07 ? 'failed' : `w${Math.floor(n * 1000)}`
  })
  return `${words.join(' ')}\n`
}
