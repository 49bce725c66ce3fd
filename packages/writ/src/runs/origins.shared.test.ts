import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { block, type Script } from '@writ/simulator'
import { expect, it } from 'vitest'
import { fixturePath } from '../formats/fixtures.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

// A citation of a text that was extracted says where in which file it stands. The model is scripted.

const here = testRuns()
const { run, verified } = here

const cell = `
  const {matches} = await grep('liability|Umbrella|notice')
  for (const match of matches) await cite(match, match.match)
  FINAL(matches.length)`
const script: Script = () => ({ kind: 'text', text: block(cell) })

it('stands in the answer, its evidence, its report, and the run done again', async () => {
  const paths = ['contract.pdf', 'costs.xlsx', 'lease.docx'].map(fixturePath)
  const { answer } = await run(script, { asked: { context: { paths } } })
  expect(answer.citations.map(({ doc, quote, origin }) => [doc, quote, origin?.place])).toEqual([
    ['contract.pdf', 'Umbrella', { kind: 'page', page: 1, box: [72, 706, 155, 12] }],
    ['contract.pdf', 'liability', { kind: 'page', page: 3, box: [72, 720, 169, 12] }],
    ['costs.xlsx', 'Umbrella', { kind: 'cells', sheet: 'Costs', from: 'B5' }],
    ['lease.docx', 'notice', { kind: 'paragraph', paragraph: 4, heading: 'Termination' }],
  ])
  expect(answer.citations.every(({ origin }) => /^[0-9a-f]{64}$/.test(origin?.sha256 ?? ''))).toBe(true)
  await verified(answer)
  const replayed = await here.writ?.replay(answer.run)
  expect(replayed).toMatchObject({ outcome: 'IDENTICAL' })
  let page = ''
  for await (const piece of here.writ?.export(answer.run, { format: 'html' }) ?? []) page += piece
  expect(page).toContain('<strong><bdi>sheet Costs, cell B5</bdi></strong>')
})

it.each([
  ['contract.pdf', true],
  ['pack.zip', true],
  ['wide.txt', true],
  ['plain.txt', false],
])('a count over %s offers grep as its check only where grep sees the same', async (name, away) => {
  await writeFile(join(here.place, 'plain.txt'), 'An Umbrella.\n')
  await writeFile(join(here.place, 'wide.txt'), Buffer.from('\ufeffThe Umbrella, a term.\n', 'utf16le'))
  const path = name.endsWith('.txt') ? join(here.place, name) : fixturePath(name)
  const { answer } = await run(() => '', {
    options: { model: 'builtin/extractive' },
    asked: { query: 'How many documents mention "Umbrella"?', context: { paths: [path] } },
  })
  expect(answer.basis).toBe('exact')
  const { check, notes } = answer.value as { check: string[]; notes: string[] }
  expect(check).toHaveLength(away ? 0 : 1)
  const told = notes.filter((note) => note.startsWith('grep cannot check this'))
  expect(told.join(' ')).toEqual(away ? expect.stringContaining(name) : '')
})
