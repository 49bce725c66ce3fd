import { expect, it } from 'vitest'
import { onScreen } from './on-screen.ts'

const LONG = 'writ: UNKNOWN_MODEL: there is no model of that name\n  and a list of what there is'

it('is broken between words on a terminal, and goes on further in', () => {
  expect(onScreen(LONG, { isTTY: true, columns: 24 }).split('\n')).toEqual([
    'writ: UNKNOWN_MODEL:',
    '  there is no model of',
    '  that name',
    '  and a list of what',
    '    there is',
  ])
  for (const columns of [80, 100]) {
    const text = onScreen('word '.repeat(80).trim(), { isTTY: true, columns })
    expect(text.split('\n').every((line) => line.length <= columns)).toBe(true)
    expect(new Set(text.split(/\s+/))).toEqual(new Set(['word']))
  }
})

it('is as it was elsewhere, where it fits, and where no word ends', () => {
  expect(onScreen(LONG, { columns: 24 })).toBe(LONG)
  expect(onScreen(LONG, { isTTY: true, columns: 100 })).toBe(LONG)
  expect(onScreen(LONG, { isTTY: true, columns: 5 })).toBe(LONG)
  expect(onScreen('a\n\nb\n', { isTTY: true, columns: 80 })).toBe('a\n\nb\n')
  expect(onScreen(`  ${'x'.repeat(50)}`, { isTTY: true, columns: 30 })).toBe(`  ${'x'.repeat(50)}`)
})

it('keeps whole what is copied: addresses, paths, and what stands between backticks', () => {
  const address = `https://example.org/${'a'.repeat(40)}`
  const text = `See ${address} or give \`writ keys rotate log --yes\` (\`npm i x\`).`
  const lines = onScreen(text, { isTTY: true, columns: 34 }).split('\n')
  expect(lines).toEqual([
    'See',
    `  ${address}`,
    '  or give',
    '  `writ keys rotate log --yes`',
    '  (`npm i x`).',
  ])
  expect(onScreen(`${'x'.repeat(12)}\ta ${'y'.repeat(12)}`, { isTTY: true, columns: 20 })).toBe(
    `${'x'.repeat(12)}\ta\n  ${'y'.repeat(12)}`,
  )
})
