import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callKey } from './call-key.ts'

test('calls are known by the same only where name and arguments are', () => {
  const args = fc
    .oneof(fc.string(), fc.string({ minLength: 180, maxLength: 400 }))
    .map((text) => JSON.stringify([text]))
  const name = fc.constantFrom('read', 'llm_query')
  fc.assert(
    fc.property(name, args, name, args, (a, argsA, b, argsB) => {
      expect(callKey(a, argsA) === callKey(b, argsB)).toBe(a === b && argsA === argsB)
      expect(callKey(a, argsA)).toBe(callKey(a, argsA))
      expect(callKey(a, argsA).length).toBeLessThanOrEqual(200)
      // What a digest says is no call of its own.
      expect(callKey(a, argsA)).toContain(argsA.length < 180 ? ' ' : '')
    }),
  )
})
