import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { type Asked, checkQuestions, readQuestions } from './question.ts'

// The golds of the example over the demo's licences, held against the texts themselves.

const EXAMPLES = resolve(import.meta.dirname, '../../../../../examples')
/** What the demo's user may not read, and so no count has. */
const PRIVILEGED = ['CPL-1.0', 'IPL-1.0', 'RPSL-1.0']

const read = (name: string): readonly Asked[] =>
  checkQuestions(readQuestions(readFileSync(resolve(EXAMPLES, name), 'utf8')))

it('counts what a search of the licences counts', () => {
  const licences = createRequire(import.meta.url)('spdx-license-list/full') as Record<
    string,
    { readonly licenseText: string }
  >
  const texts = Object.entries(licences).filter(([id]) => !PRIVILEGED.includes(id))
  const questions = read('licences.jsonl')
  expect(questions).toHaveLength(20)
  const counted = questions.flatMap(({ question, gold }) => {
    const [, words] = /"(.+)"/.exec(question) ?? []
    if (words === undefined || gold?.scorer === 'string_match_all') return []
    const pattern = new RegExp(`(?<![A-Za-z0-9_])${words}(?![A-Za-z0-9_])`, 'gi')
    const found = texts
      .map(([id, { licenseText }]) => ({ doc: `${id}.txt`, hits: licenseText.match(pattern)?.length ?? 0 }))
      .filter(({ hits }) => hits > 0)
    const occurrences = found.reduce((sum, { hits }) => sum + hits, 0)
    const all = found.map(({ doc }) => ({ doc })).sort((a, b) => (a.doc < b.doc ? -1 : 1))
    const right = question.startsWith('Which') ? all : question.includes('times') ? occurrences : found.length
    return [[question, gold?.value, right] as const]
  })
  expect(counted).toHaveLength(15)
  for (const [question, gold, right] of counted) expect([question, gold]).toEqual([question, right])
})

it('can ask the questions over the three contracts', () => {
  expect(read('questions.jsonl').filter(({ gold }) => gold !== null)).toHaveLength(3)
})
