import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Statements } from './statements.ts'

const REFUSED = expect.objectContaining({ code: 'BUDGET_EXCEEDED' })

const map = (most: number, within: boolean) => ({ name: 'map', most, within })

describe('what combinators state', () => {
  it('bounds the calls made while one is under way, and nothing else', () => {
    const statements = new Statements()
    statements.take(1_000)
    statements.open(1, map(3, false))
    statements.take(2)
    expect(() => statements.take(2)).toThrow(REFUSED)
    statements.take(1)
    expect(() => statements.take(1)).toThrow(REFUSED)
    statements.close(1)
    statements.take(1_000)
  })

  it('takes what begins while one is under way for a part of it', () => {
    const statements = new Statements()
    statements.open(1, map(6, false))
    statements.open(2, map(3, true))
    statements.open(3, map(3, true))
    statements.take(3)
    statements.take(3)
    expect(() => statements.take(1)).toThrow(REFUSED)
    expect(() => statements.open(4, map(1, true))).toThrow(REFUSED)
  })

  it('adds up what begins side by side, before any of it is under way', () => {
    const statements = new Statements()
    statements.open(1, map(2, false))
    statements.open(2, map(3, false))
    expect(() => statements.open(3, map(6, true))).toThrow(REFUSED)
    statements.take(4)
    statements.close(1)
    statements.take(1)
    expect(() => statements.take(1)).toThrow(REFUSED)
    statements.close(2)
    statements.open(4, map(1, false))
    statements.take(1)
    expect(() => statements.take(1)).toThrow(REFUSED)
  })

  it('forgets what a stopped cell had begun', () => {
    const statements = new Statements()
    statements.open(1, map(0, false))
    statements.clear()
    statements.take(1)
  })

  it('holds a frame to the plan of its script besides', () => {
    const statements = new Statements(3)
    statements.take(1)
    statements.open(1, map(9, false))
    statements.take(2)
    expect(() => statements.take(1)).toThrow(
      expect.objectContaining({ code: 'BUDGET_EXCEEDED', data: { limit: 'plan', most: 3 } }),
    )
    statements.close(1)
    expect(() => statements.take(1)).toThrow(REFUSED)
  })

  it('lets no more through than was stated side by side, however others begin and end meanwhile', () => {
    const act = fc.oneof(
      fc.record({ open: fc.nat(6), within: fc.constant(true) }),
      fc.record({ open: fc.nat(3), within: fc.constant(false) }),
      fc.record({ close: fc.nat(20) }),
      fc.record({ take: fc.integer({ min: 1, max: 3 }) }),
    )
    fc.assert(
      fc.property(fc.nat(9), fc.array(act, { maxLength: 60 }), (most, acts) => {
        const statements = new Statements()
        statements.open(-1, map(most, false))
        let stated = most
        let made = 0
        for (const [id, step] of acts.entries()) {
          try {
            if ('open' in step) {
              statements.open(id, map(step.open, step.within))
              if (!step.within) stated += step.open
            } else if ('close' in step) statements.close(step.close)
            else {
              statements.take(step.take)
              made += step.take
            }
          } catch (error) {
            expect(error).toEqual(REFUSED)
          }
        }
        expect(made).toBeLessThanOrEqual(stated)
      }),
    )
  })
})
