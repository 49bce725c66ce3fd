import { describe, expect, it } from 'vitest'
import { FOUR_CHARS } from '../tokens.ts'
import { multiHopTask } from './multi-hop.ts'
import { NIAH_KINDS, niahTask } from './niah.ts'
import { madeSentences } from './prose.ts'

const haystack = { sentences: madeSentences(500, 'test'), tokenizer: FOUR_CHARS }

describe('niahTask', () => {
  it.each(NIAH_KINDS)('hides one needle of %s and stays within its size', (kind) => {
    for (const tokens of [1_024, 8_192]) {
      const { context, score } = niahTask(kind, tokens, 's', haystack)
      const [{ text } = { text: '' }] = context
      const needles = [...text.matchAll(/One of the special magic \w+ for \S+ is: (\S+)\./g)]
      expect(needles).toHaveLength(1)
      expect(score(`It is ${needles[0]?.[1] ?? ''}`)).toBe(1)
      expect(score('It is 7')).toBe(0)
      expect(FOUR_CHARS.count(text)).toBeLessThanOrEqual(tokens - 128)
      expect(FOUR_CHARS.count(text)).toBeGreaterThan(tokens * 0.7)
    }
  })
})

describe('multiHopTask', () => {
  it('spreads each hand-over over documents, each in one of them', () => {
    const { context } = multiHopTask(3, 's', haystack.sentences)
    const facts = context.map(({ text }) => text.match(/entrusted the ledger to/g)?.length ?? 0)
    expect(facts.reduce((sum, count) => sum + count, 0)).toBe(12)
    expect(Math.max(...facts)).toBe(1)
  })
})
