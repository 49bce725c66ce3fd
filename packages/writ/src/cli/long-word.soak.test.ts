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
