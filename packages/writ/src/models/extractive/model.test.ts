import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { createExtractiveModel, EXTRACTIVE_WINDOW } from './model.ts'

const model = createExtractiveModel()

describe('createExtractiveModel', () => {
  const text = 'Who designed it?\n\nIt was designed by Ada Quill in 1904.'
  const prompt: LanguageModelV4Prompt = [{ role: 'user', content: [{ type: 'text', text }] }]

  it('counts four characters as a token and stops at the limit', async () => {
    const whole = await model.doGenerate({ prompt })
    const [part] = whole.content
    const reply = part?.type === 'text' ? part.text : ''
    expect(JSON.parse(reply)).toMatchObject({ passages: ['It was designed by Ada Quill in 1904.'] })
    expect(whole.usage).toMatchObject({
      inputTokens: { total: Math.ceil(text.length / 4) },
      outputTokens: { total: Math.ceil(reply.length / 4) },
    })
    expect(await model.doGenerate({ prompt, maxOutputTokens: 2 })).toMatchObject({
      content: [{ text: reply.slice(0, 8) }],
      finishReason: { unified: 'length' },
      usage: { outputTokens: { total: 2 } },
    })
  })

  it('streams what it would generate', async () => {
    const { stream } = await model.doStream({ prompt })
    const parts = []
    for await (const part of stream) parts.push(part)
    expect(parts.map((part) => part.type)).toEqual([
      'stream-start',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ])
    const { content } = await model.doGenerate({ prompt })
    expect(parts[2]).toMatchObject({ delta: content[0]?.type === 'text' ? content[0].text : '' })
  })

  it('writes no part of a program that does not fit', async () => {
    const system = { role: 'system', content: 'A REPL with llm_query.' } as const
    const asked = '[turn 1 of 30]\n\nQuestion:\nWhich documents mention patents?\n\nCorpus: 3 documents.'
    const turn: LanguageModelV4Prompt = [system, { role: 'user', content: [{ type: 'text', text: asked }] }]
    const short = await model.doGenerate({ prompt: turn, maxOutputTokens: 500 })
    expect(short.finishReason.unified).toBe('stop')
    const whole = await model.doGenerate({ prompt: turn, maxOutputTokens: EXTRACTIVE_WINDOW / 4 })
    expect(whole.finishReason.unified).toBe('stop')
    expect(whole.usage.outputTokens.total).toBeGreaterThan(2_000)
  })

  it('refuses a prompt that does not fit, and a call that was given up', async () => {
    const long: LanguageModelV4Prompt = [
      { role: 'user', content: [{ type: 'text', text: 'x'.repeat(EXTRACTIVE_WINDOW * 4 + 1) }] },
    ]
    await expect(model.doGenerate({ prompt: long })).rejects.toMatchObject({ statusCode: 400 })
    await expect(model.doGenerate({ prompt, abortSignal: AbortSignal.abort() })).rejects.toThrow()
  })
})
