import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Reach, spawnMode } from './spawn-mode.ts'

const reaches = fc.array(fc.record({ child: fc.boolean(), parent: fc.boolean() }), { maxLength: 6 })
const both: Reach = { child: true, parent: true }
const higher: Reach = { child: true, parent: false }
const lower: Reach = { child: false, parent: true }

describe('spawnMode', () => {
  it.each([
    [[both], { beyond: false, sealed: false }, 'shared'],
    [[higher], { beyond: false, sealed: false }, 'shared'],
    [[higher], { beyond: true, sealed: false }, 'blind'],
    [[both], { beyond: true, sealed: false }, 'shared'],
    [[lower], { beyond: false, sealed: false }, 'apart'],
    [[lower, higher], { beyond: true, sealed: false }, 'blind'],
    [[], { beyond: false, sealed: true }, 'blind'],
  ] as const)('of %j with %j is %s', (given, asks, mode) => {
    expect(spawnMode(given, asks)).toBe(mode)
  })

  it('never lets a child draw on a share whose ceiling is not its own', () => {
    fc.assert(
      fc.property(reaches, fc.boolean(), (given, beyond) => {
        const mode = spawnMode(given, { beyond, sealed: false })
        if (mode === 'shared') expect(given.some(({ child, parent }) => parent && !child)).toBe(false)
      }),
    )
  })
})
