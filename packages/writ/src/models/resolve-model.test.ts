import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ModelChoice } from './provider.ts'
import { PROVIDERS } from './providers/index.ts'
import { resolveModel } from './resolve-model.ts'

const KEY = 'sk-very-secret-key'

function choose(
  choice: Omit<ModelChoice, 'priceTable'>,
  priceTable: ModelChoice['priceTable'] = {},
): ReturnType<typeof resolveModel> {
  return resolveModel({ ...choice, priceTable })
}

describe('resolveModel', () => {
  it('has the built-in model without a key or an address, and free', async () => {
    const model = await choose({ id: 'builtin/extractive' })
    expect(model).toMatchObject({
      id: 'builtin/extractive',
      location: 'builtin',
      contextWindow: 20_000,
      price: { inputNanoUsd: 0, outputNanoUsd: 0 },
      title: 'built-in extractive model',
      digest: createHash('sha256').update('builtin/extractive\nbuiltin').digest('hex'),
    })
    expect(model.languageModel.specificationVersion).toBe('v4')
  })

  it('keeps the built-in model built in when a base URL is set for the other one', async () => {
    expect(await choose({ id: 'builtin/extractive', baseUrl: 'http://10.0.0.1/v1' })).toMatchObject({
      location: 'builtin',
    })
  })

  it('sends any id verbatim to a base URL', async () => {
    const model = await choose({ id: 'openai/some/model:7b', baseUrl: 'http://127.0.0.1:9/v1' })
    expect(model).toMatchObject({
      location: 'loopback',
      contextWindow: 128_000,
      price: null,
      title: 'openai/some/model:7b at 127.0.0.1:9',
    })
    expect(model.languageModel.modelId).toBe('openai/some/model:7b')
  })

  it('asks OpenAI by its own names, whoever gave the URL', async () => {
    const model = await choose({ id: 'openai/gpt-5', baseUrl: 'https://api.openai.com/v1', apiKey: KEY })
    expect(model).toMatchObject({ id: 'openai/gpt-5', languageModel: { modelId: 'gpt-5' } })
  })

  it('takes a stated window and price, then the table, then none', async () => {
    const table = { m: { inputNanoUsd: 1, outputNanoUsd: 2 } }
    const stated = { inputNanoUsd: 3, outputNanoUsd: 4 }
    const baseUrl = 'http://localhost:1'
    expect(await choose({ id: 'm', baseUrl, contextWindow: 4_096, price: stated }, table)).toMatchObject({
      contextWindow: 4_096,
      price: stated,
    })
    expect(await choose({ id: 'm', baseUrl }, table)).toMatchObject({ price: table.m })
    expect((await choose({ id: 'constructor', baseUrl }, table)).price).toBeNull()
  })

  it('reaches OpenAI where the operator expects it, whatever the environment says', async () => {
    process.env.OPENAI_BASE_URL = 'http://evil.example/v1'
    try {
      const model = await choose({ id: 'openai/gpt-5', apiKey: KEY })
      expect(model).toMatchObject({ location: 'remote', title: 'openai/gpt-5' })
      expect(model.languageModel.modelId).toBe('gpt-5')
      expect(model.digest).toBe(
        createHash('sha256').update('openai/gpt-5\nhttps://api.openai.com').digest('hex'),
      )
    } finally {
      delete process.env.OPENAI_BASE_URL
    }
  })

  it('gives one digest per id and origin', async () => {
    const digest = async (id: string, baseUrl: string): Promise<string> =>
      (await choose({ id, baseUrl })).digest
    const first = await digest('m', 'http://127.0.0.1:1/v1')
    expect(await digest('m', 'http://127.0.0.1:1/other')).toBe(first)
    expect(await digest('m', 'http://127.0.0.1:2/v1')).not.toBe(first)
    expect(await digest('n', 'http://127.0.0.1:1/v1')).not.toBe(first)
  })

  it('asks for the key of the server it reaches, and of no other', async () => {
    const asked: string[] = []
    const apiKey = (server: URL): string => {
      asked.push(server.href)
      return KEY
    }
    await choose({ id: 'openai/gpt-5', apiKey })
    await choose({ id: 'm', baseUrl: 'http://127.0.0.1:1/v1', apiKey })
    await choose({ id: 'ollama/m', baseUrl: 'http://127.0.0.1:2/v1', apiKey })
    await choose({ id: 'ollama/m', apiKey })
    await choose({ id: 'builtin/extractive', apiKey })
    expect(asked).toEqual(['https://api.openai.com/v1', 'http://127.0.0.1:1/v1', 'http://127.0.0.1:2/v1'])
  })

  it('reaches Ollama on this machine, where its host says, or at a base URL, by its own name', async () => {
    expect(await choose({ id: 'ollama/llama3.2:3b' })).toMatchObject({
      id: 'ollama/llama3.2:3b',
      location: 'loopback',
      title: 'ollama/llama3.2:3b at 127.0.0.1:11434',
      languageModel: { modelId: 'llama3.2:3b' },
    })
    const elsewhere = await choose({ id: 'ollama/m', ollamaHost: '10.0.0.1' })
    expect(elsewhere).toMatchObject({ location: 'remote', title: 'ollama/m at 10.0.0.1:11434' })
    const given = await choose({ id: 'ollama/m', ollamaHost: '10.0.0.1', baseUrl: 'http://127.0.0.1:9/v1' })
    expect(given).toMatchObject({ title: 'ollama/m at 127.0.0.1:9', languageModel: { modelId: 'm' } })
    await expect(choose({ id: 'ollama/m', ollamaHost: 'ftp://x' })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('keeps the key out of the profile', async () => {
    for (const choice of [{ id: 'openai/gpt-5' }, { id: 'm', baseUrl: 'http://127.0.0.1:1/v1' }]) {
      const model = await choose({ ...choice, apiKey: KEY })
      expect(JSON.stringify({ ...model, inner: { ...model.languageModel } })).not.toContain(KEY)
    }
  })

  it.each(['openai/gpt-5', 'anthropic/claude', 'gpt-5', 'builtin/other', 'openai/', ''])(
    'does not know %j without a base URL and a key',
    async (id) => {
      await expect(choose({ id })).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' })
    },
  )

  it('keeps an id of a provider with its provider, whatever base URL there is', async () => {
    const baseUrl = 'http://127.0.0.1:1/v1'
    for (const [id, code] of [
      ['builtin/other', 'UNKNOWN_MODEL'],
      ['sdk/lab/m-1', 'MODEL_NOT_GIVEN'],
      ...PROVIDERS.map(({ prefix }) => [prefix, 'UNKNOWN_MODEL'] as const),
    ] as const)
      await expect(choose({ id, baseUrl }), id).rejects.toMatchObject({ code })
    expect(await choose({ id: 'anthropic/claude', baseUrl })).toMatchObject({ location: 'loopback' })
    expect(await choose({ id: 'openai-compatible/anthropic/claude', baseUrl })).toMatchObject({
      id: 'openai-compatible/anthropic/claude',
      languageModel: { modelId: 'anthropic/claude', provider: 'openai-compatible.chat' },
    })
  })

  it('tells whoever names an unknown model what each provider has', async () => {
    const failure: unknown = await choose({ id: 'nobody/knows' }).catch((error: unknown) => error)
    for (const { ids } of PROVIDERS) if (ids !== undefined) expect(String(failure)).toContain(ids)
  })

  it('says that a key is missing', async () => {
    await expect(choose({ id: 'openai/gpt-5', apiKey: ' ' })).rejects.toThrow('needs an API key')
  })

  it.each([
    [{ baseUrl: 'not a url' }, 'no http or https URL'],
    [{ baseUrl: 'file:///etc/passwd' }, 'no http or https URL'],
    [{ baseUrl: `http://user:${KEY}@host/v1` }, 'carries a user or password'],
    [{ baseUrl: 'http://127.0.0.1:1', apiKey: `${KEY}\nX-Evil: 1` }, 'cannot be sent'],
  ])('refuses %j without repeating a secret', async (more, words) => {
    const failure = await choose({ id: 'm', ...more }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'USAGE', message: expect.stringContaining(words) })
    expect(String(failure)).not.toContain(KEY)
  })
})
