import { expect, it } from 'vitest'
import { chooseStrategy } from './strategy.ts'

it.each([
  [8_000, 8_000, 'direct'],
  [8_001, 8_000, 'recurse'],
  [0, 8_000, 'direct'],
])('auto over %i bytes with a window of %i tokens is %s', (bytes, window, strategy) => {
  expect(chooseStrategy('auto', bytes, window, false).strategy).toBe(strategy)
})

it('does what is asked and refuses what does not exist', () => {
  expect(chooseStrategy('recurse', 1, 8_000, false)).toMatchObject({
    strategy: 'recurse',
    turns: true,
    reason: 'requested',
  })
  expect(chooseStrategy('direct', 1e9, 8_000, false)).toMatchObject({ strategy: 'direct', turns: false })
  expect(chooseStrategy('retrieve', 1e9, 8_000, false)).toMatchObject({ strategy: 'retrieve', repl: false })
  expect(() => chooseStrategy('guess', 1, 1, true)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

it.each(['auto', 'direct', 'retrieve', 'recurse'])(
  'a model that answers by a plan recurses when asked for %s',
  (requested) => {
    expect(chooseStrategy(requested, 1, 8_000, true)).toMatchObject({ strategy: 'recurse', turns: true })
  },
)
