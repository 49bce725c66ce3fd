import { type Frame, type FrameStatus, label } from '@writ/contract'
import { expect, it } from 'vitest'
import { firstMessage, turnHeader } from './turn-header.ts'

const standing = (pressure: readonly string[] = []): FrameStatus => ({
  label: label('internal', [], true),
  pressure,
})

function frame(ids: readonly string[], schema: string | null = null): Frame {
  return {
    depth: 1,
    maxDepth: 2,
    maxTurns: 30,
    goal: 'Why?',
    schema,
    corpus: { documents: ids.length, bytes: 1_234_567, sample: ids },
    context: { type: 'handle', docs: ids.length, bytes: 1_234_567 },
    packages: [],
    scripts: [],
  } as unknown as Frame
}

it('says where the frame stands', () => {
  expect(turnHeader(frame([]), standing(), 3, false)).toBe(
    '[turn 3 of 30 · depth 1 of 2 · label internal (untrusted)]',
  )
  expect(turnHeader(frame([]), standing(['calls', 'tokens']), 3, false)).toContain(
    '80 % or more used: calls, tokens',
  )
  expect(turnHeader(frame([]), standing(), 30, true)).toContain('This is your last turn')
})

it('gives the schema of the value, where there is one', () => {
  expect(firstMessage(frame([], '{"type":"null"}'))).toMatch(
    /\n\nThe value you release must fit this JSON Schema:\n\{"type":"null"\}$/,
  )
})

it('gives the goal and the corpus, and never more of its ids than a last turn has room for', () => {
  expect(firstMessage(frame(['a', 'b']))).toBe(
    'Question:\nWhy?\n\nCorpus: 2 documents, 1,234,567 bytes.\nThe first of them: a, b',
  )
  const long = firstMessage(frame(Array.from({ length: 20 }, (_, n) => `${'ä'.repeat(200)}${n}`)))
  expect(Buffer.byteLength(long)).toBeLessThan(1_200)
  expect(long.endsWith('…')).toBe(true)
})
