import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERDICT_NAMES } from './verdict.ts'
import { VERDICT_CODES } from './verdict-codes.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the README lists every verdict code with its meaning, and no other', () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ])
  expect(rows).toEqual(Object.entries(VERDICT_CODES))
})

test('the README names every verdict', () => {
  for (const name of VERDICT_NAMES) expect(readme).toContain(name)
})
