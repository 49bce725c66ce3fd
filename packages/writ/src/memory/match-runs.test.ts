import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchRuns } from './match-runs.ts'

/** How often elements are compared, and whether the pattern matches; `*` stands for a run. */
function counted(pattern: string, text: string): { readonly matched: boolean; readonly steps: number } {
  let steps = 0
  const matched = matchRuns(
    pattern.length,
    text.length,
    (at) => pattern[at] === '*',
    (patternAt, at) => {
      steps += 1
      return pattern[patternAt] === text[at]
    },
  )
  return { matched, steps }
}

it('matches what a regular expression would', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
  fc.assert(
    fc.property(pattern, text, (given, name) => {
      const expression = new RegExp(`^${given.replace(/\*+/g, '.*')}$`)
      expect(counted(given, name).matched).toBe(expression.test(name))
    }),
    { numRuns: 500 },
  )
})

it.each([
  [`${'*a'.repeat(8)}b`, 'a'.repeat(255)],
  [`${'*a'.repeat(200)}b`, 'a'.repeat(255)],
  ['*a*a*a*a*a*a*a*a*b', `${'a'.repeat(254)}c`],
  ['*ab'.repeat(100), `${'ab'.repeat(90)}${'a'.repeat(75)}`],
  [`${'*'.repeat(1000)}b`, 'a'.repeat(255)],
])('compares no more than pattern times name: %.30s', (pattern, text) => {
  const { matched, steps } = counted(pattern, text)
  expect(matched).toBe(false)
  expect(steps).toBeLessThanOrEqual(pattern.length * text.length)
})
