import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { FoundServer } from '../index.ts'
import { chooseByAsking } from './setup-choice.ts'
import { type Asker, openPrompts } from './setup-prompts.ts'

const DOWN = '\u001b[B'
const ENTER = '\r'
const CTRL_C = '\u0003'

/** Somebody who presses keys, each once the prompt has drawn what came before. */
async function at(keys: readonly string[]): Promise<{ asker: Asker; shown: () => string }> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 })
  let shown = ''
  const left = [...keys]
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    setImmediate(() => {
      const key = left.shift()
      if (key !== undefined) input.write(key)
    })
  })
  return { asker: await openPrompts({ input, output }), shown: () => shown }
}

const ollama: FoundServer = {
  kind: 'Ollama',
  baseUrl: 'http://127.0.0.1:11434/v1',
  models: [
    { id: 'one', contextWindow: null },
    { id: 'two', contextWindow: 8_192 },
  ],
}
const vllm: FoundServer = {
  kind: 'vLLM',
  baseUrl: 'http://127.0.0.1:8000/v1',
  models: [{ id: 'only', contextWindow: 32_768 }],
}
const found = { servers: [ollama, vllm], openaiKey: true, ollama: 'http://127.0.0.1:11434/v1' }

describe('choosing at a terminal', () => {
  it('asks for a server, then for one of its models', async () => {
    const { asker, shown } = await at([ENTER, DOWN, ENTER])
    expect(await chooseByAsking(asker, found)).toEqual({
      model: 'ollama/two',
      keyEnv: null,
      listed: { server: ollama, id: 'two' },
    })
    for (const line of ['Ollama at 127.0.0.1:11434', 'vLLM at 127.0.0.1:8000', 'OpenAI', 'two']) {
      expect(shown()).toContain(line)
    }
  })

  it('asks for no model where there is one', async () => {
    const { asker } = await at([DOWN, ENTER])
    expect(await chooseByAsking(asker, found)).toMatchObject({ model: 'only', baseUrl: vllm.baseUrl })
  })

  it('asks for the name of a model of OpenAI, whose key is bound by its variable', async () => {
    const { asker } = await at([DOWN, DOWN, ENTER, 'gpt-5', ENTER])
    expect(await chooseByAsking(asker, found)).toEqual({ model: 'openai/gpt-5', keyEnv: 'OPENAI_API_KEY' })
  })

  it('is left with Ctrl-C', async () => {
    const { asker } = await at([CTRL_C])
    await expect(chooseByAsking(asker, found)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('asks nothing where nothing was found', async () => {
    const { asker, shown } = await at([])
    const nothing = { ...found, servers: [{ ...vllm, models: [] }], openaiKey: false }
    await expect(chooseByAsking(asker, nothing)).rejects.toMatchObject({
      code: 'NO_MODEL_FOUND',
      message: expect.stringContaining('with no model'),
    })
    expect(shown()).toBe('')
  })

  it('shows names of servers without obeying them', async () => {
    const evil = { ...vllm, models: [...vllm.models, { id: 'a\u001b[2Jb', contextWindow: null }] }
    const { asker, shown } = await at([ENTER, ENTER])
    await chooseByAsking(asker, { ...found, servers: [evil] })
    expect(shown()).toContain('a\\u001b[2Jb')
  })
})
