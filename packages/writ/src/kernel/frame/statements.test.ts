import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Statements } from './statements.ts'

const REFUSED = expect.objectContaining({ code: 'BUDGET_EXCEEDED' })

describe('what combinators state', () => {
  it('bounds the calls made while one is under way, and nothing else', () => {
    const statements = new Statements()
    statements.take(1_000)
    statements.open(1, 'map', 3)
    statements.take(2)
    expect(() => statements.take(2)).toThrow(REFUSED)
    statements.take(1)
    expect(() => statements.take(1)).toThrow(REFUSED)
    statements.close(1)
    statements.take(1_000)
  })

  it('takes what begins later for a part of what is under way', () => {
    const statements = new Statements()
    statements.open(1, 'map', 6)
    statements.open(2, 'map', 3)
    statements.open(3, 'map', 3)
    statements.take(3)
    statements.take(3)
    expect(() => statements.take(1)).toThrow(REFUSED)
    expect(() => statements.open(4, 'vote', 1)).toThrow(REFUSED)
  })

  it('holds what goes on to its own statement once what it was part of has ended', () => {
    const statements = new Statements()
    statements.open(1, 'map', 5)
    statements.open(2, 'map', 2)
    statements.take(4)
    statements.close(1)
    statements.take(2)
    expect(() => statements.take(1)).toThrow(REFUSED)
  })

  it('forgets what a stopped cell had begun', () => {
    const statements = new Statements()
    statements.open(1, 'map', 0)
    statements.clear()
    statements.take(1)
  })

  it('lets no more through than the first stated, however others begin and end meanwhile', () => {
    const act = fc.oneof(
      fc.record({ open: fc.nat(6) }),
      fc.record({ close: fc.nat(20) }),
      fc.record({ take: fc.integer({ min: 1, max: 3 }) }),
    )
    fc.assert(
      fc.property(fc.nat(9), fc.array(act, { maxLength: 60 }), (most, acts) => {
        const statements = new Statements()
        statements.open(-1, 'map', most)
        let made = 0
        for (const [id, step] of acts.entries()) {
          try {
            if ('open' in step) statements.open(id, 'map', step.open)
            else if ('close' in step) statements.close(step.close)
            else {
              statements.take(step.take)
              made += step.take
            }
          } catch (error) {
            expect(error).toEqual(REFUSED)
          }
        }
        expect(made).toBeLessThanOrEqual(most)
      }),
    )
  })
})
