import { describe, expect, it } from 'vitest'
import { readRequest } from '../request.ts'
import { madeQuestions } from './labels.ts'
import { labelLeaf } from './leaves.ts'
import { goldLabels } from './oolong-window.ts'

const questions = madeQuestions().slice(0, 300)
const gold = goldLabels(questions)

/** What a leaf says of questions, by their text. */
function said(
  leaf: ReturnType<typeof labelLeaf>,
  asked: readonly string[],
  key = 'k',
  attempt = 0,
): Map<string, string> {
  const content = `attempt=${attempt}\n${asked.map((text, n) => `${n}| ${text}`).join('\n')}`
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] })
  const request = readRequest(1, body, { 'idempotency-key': key })
  if (request === undefined) throw new Error('no request')
  const reply = leaf(request)
  if (typeof reply !== 'string') throw new Error('no text')
  return new Map(
    [...reply.matchAll(/^(\d+)\| (.+)$/gm)].map(([, n, label = '']) => [asked[Number(n)] ?? '', label]),
  )
}

describe('labelLeaf', () => {
  const texts = questions.map(({ text }) => text)

  it('is right of everything at no error', () => {
    expect(said(labelLeaf(gold, { seed: 's' }), texts)).toEqual(new Map(gold))
  })

  it('errs by the text of an item, whatever it is asked with and in which order', () => {
    const options = { seed: 's', errorRate: 0.2 }
    const all = said(labelLeaf(gold, options), texts)
    const few = said(labelLeaf(gold, options), texts.slice(100, 150).toReversed())
    for (const [text, label] of few) expect(all.get(text)).toBe(label)
    const wrong = [...all].filter(([text, label]) => gold.get(text) !== label)
    expect(wrong.length).toBeGreaterThan(35)
    expect(wrong.length).toBeLessThan(85)
  })

  it('errs otherwise at another attempt, which an equal request under another key is', () => {
    const leaf = labelLeaf(gold, { seed: 's', errorRate: 0.2 })
    const first = said(leaf, texts, 'a')
    expect(said(leaf, texts, 'a')).toEqual(first)
    expect(said(leaf, texts, 'b')).not.toEqual(first)
    expect(said(leaf, texts, 'a', 1)).not.toEqual(first)
  })

  it('loses rows, and has something to say when all are lost', () => {
    const some = said(labelLeaf(gold, { seed: 's', rowLoss: 0.1 }), texts)
    expect(some.size).toBeGreaterThan(250)
    expect(some.size).toBeLessThan(290)
    expect(said(labelLeaf(gold, { seed: 's', rowLoss: 1 }), texts).size).toBe(0)
  })
})
