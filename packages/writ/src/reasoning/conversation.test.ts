import type { Message } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compact, requestBytes } from './conversation.ts'

const turns = fc.array(fc.string({ unit: 'grapheme', maxLength: 400 }), { minLength: 1, maxLength: 12 })

function conversation(texts: readonly string[]): Message[] {
  const rest = texts.map((text, index): Message => ({ role: index % 2 === 0 ? 'assistant' : 'user', text }))
  return [{ role: 'system', text: 'instructions' }, { role: 'user', text: 'the goal' }, ...rest]
}

describe('compact', () => {
  it('leaves a conversation that fits as it is', () => {
    const messages = conversation(['a', 'b'])
    expect(compact(messages, requestBytes(messages))).toBe(messages)
  })

  it('fits the bytes, keeps instructions and goal, and is a pure function of its input', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 400, max: 3000 }), (texts, most) => {
        const messages = conversation(texts)
        const shorter = compact(messages, most)
        expect(requestBytes(shorter)).toBeLessThanOrEqual(most)
        expect(shorter[0]).toEqual(messages[0])
        expect(shorter[1]?.text.startsWith('the goal')).toBe(true)
        expect(compact(messages, most)).toEqual(shorter)
      }),
    )
  })

  it('says that turns are left out, and gives up the oldest first', () => {
    const messages = conversation(['x'.repeat(500), 'y'.repeat(500), 'kept'])
    const shorter = compact(messages, 700)
    expect(shorter.at(-1)?.text).toBe('kept')
    expect(shorter[1]?.text).toContain('Earlier turns are left out')
    expect(JSON.stringify(shorter)).not.toContain('xxx')
  })
})
