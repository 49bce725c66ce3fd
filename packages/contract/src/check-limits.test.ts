import { describe, expect, it } from 'vitest'
import { checkLimits } from './check-limits.ts'
import { DEFAULT_LIMITS } from './limits.ts'

const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[]

describe('checkLimits', () => {
  it('takes the defaults, and no limit where there need be none', () => {
    expect(() => checkLimits(DEFAULT_LIMITS)).not.toThrow()
    expect(() => checkLimits({ maxTokens: null, timeoutMs: 2 ** 31 - 1 })).not.toThrow()
    expect(() => checkLimits({})).not.toThrow()
  })

  it.each(NAMES)('refuses a bad %s', (name) => {
    for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', true, [], {}])
      expect(() => checkLimits({ [name]: value })).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(name) }),
      )
  })

  it('refuses what cannot be waited for, what cannot do anything, and what it does not know', () => {
    for (const limits of [{ timeoutMs: 2 ** 31 }, { maxTurns: 0 }, { concurrency: 0 }, { maxCalls: null }])
      expect(() => checkLimits(limits as object)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => checkLimits({ maxCals: 5 } as object)).toThrow(/no limit "maxCals"/)
    expect(() => checkLimits({ constructor: 5 } as object)).toThrow(/no limit/)
  })
})
