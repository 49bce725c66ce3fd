import { describe, expect, it } from 'vitest'
import type { Config } from './config.ts'
import { type AccessFlags, modelAccess, requireOneServer } from './model-access.ts'

const SECRET = 'sk-openai-0123456789'

interface Setting {
  readonly flags?: AccessFlags
  readonly config?: Pick<Config, 'baseUrl' | 'keys'>
  readonly env?: Record<string, string>
}

/** The key that a server gets, by default that in the variable, and what is said of it. */
function asked(
  url: string,
  { flags = {}, config = {}, env = {} }: Setting,
  variable = 'OPENAI_API_KEY',
): { key: unknown; said: string[] } {
  const said: string[] = []
  const { apiKey } = modelAccess(flags, config, { OPENAI_API_KEY: SECRET, ...env }, (line) => said.push(line))
  if (typeof apiKey !== 'function') throw new Error('keys are given by server')
  return { key: apiKey(new URL(url), variable), said }
}

describe('modelAccess', () => {
  it('takes the base URL of flag, environment and configuration in this order', () => {
    const config = { baseUrl: 'http://config' }
    const env = { OPENAI_BASE_URL: 'http://env' }
    expect(modelAccess({ baseUrl: 'http://flag' }, config, env).baseUrl).toBe('http://flag')
    expect(modelAccess({}, config, env).baseUrl).toBe('http://env')
    expect(modelAccess({}, config, { OPENAI_BASE_URL: ' ' }).baseUrl).toBe('http://config')
    const standing = { ...config, model: 'm' }
    expect(modelAccess({ model: 'openai/x' }, standing, {}).baseUrl).toBeUndefined()
    expect(modelAccess({ model: 'openai/x' }, standing, env).baseUrl).toBe('http://env')
    expect(modelAccess({ model: 'ollama/x' }, standing, env).baseUrl).toBeUndefined()
    expect(modelAccess({}, { ...config, model: 'ollama/x' }, env).baseUrl).toBe('http://config')
    for (const model of ['anthropic/x', 'google/x'])
      expect(modelAccess({ model }, standing, env).baseUrl).toBeUndefined()
    for (const model of ['openai-responses/x', 'openai-compatible/x'])
      expect(modelAccess({ model }, standing, env).baseUrl).toBe('http://env')
    expect(modelAccess({ model: 'other' }, standing, {}).baseUrl).toBe('http://config')
    expect(
      modelAccess({ model: 'builtin/extractive', subModel: 'google/x' }, {}, env).baseUrl,
    ).toBeUndefined()
    // Its sub-calls may be for a model at that server.
    expect(modelAccess({ model: 'builtin/extractive' }, standing, {}).baseUrl).toBe('http://config')
    expect(modelAccess({}, {}, { OLLAMA_HOST: 'box:1' })).toMatchObject({ ollamaHost: 'box:1' })
    expect(Object.keys(modelAccess({}, {}, {}))).toEqual(['apiKey'])
  })

  it.each([
    ['openai/a', 'anthropic/b'],
    ['google/a', 'openai-responses/b'],
    ['openai/a', 'ollama/b'],
    ['ollama/a', 'other/b'],
  ])(
    'refuses OPENAI_BASE_URL for %s with sub-calls by %s: it moves one, and both would go',
    (model, subModel) => {
      const env = { OPENAI_BASE_URL: 'https://proxy.example' }
      const refused = expect.objectContaining({ code: 'USAGE' })
      expect(() => requireOneServer({ model, subModel }, {}, env)).toThrow(refused)
      expect(() => requireOneServer({}, { model, subModel }, env)).toThrow(refused)
      expect(() => requireOneServer({ model, verifierModel: subModel }, {}, env)).toThrow(refused)
      requireOneServer({ model, subModel }, {}, {})
      requireOneServer({ model, subModel, baseUrl: 'http://both' }, {}, env)
      requireOneServer({ model }, {}, env)
      requireOneServer({ model: 'openai/a', subModel: 'other/b' }, {}, env)
      requireOneServer({ model: 'builtin/extractive', subModel }, {}, env)
    },
  )

  it('refuses a list whose models the configured server is and is not for, unless the table names it', () => {
    const list = { model: ['my/a', 'anthropic/b'] }
    const standing = { model: 'my/a', baseUrl: 'http://config' }
    const refused = expect.objectContaining({ code: 'USAGE' })
    expect(() => requireOneServer(list, standing, {})).toThrow(refused)
    requireOneServer(list, { ...standing, models: { 'my/a': { baseUrl: 'http://own' } } }, {})
    requireOneServer({ ...list, baseUrl: 'http://both' }, standing, {})
    requireOneServer({ model: ['my/a', 'my/b'] }, standing, {})
    requireOneServer({}, { ...standing, subModel: 'anthropic/b' }, {})
  })

  it.each<[string, string, Setting, string | undefined]>([
    ['OpenAI', 'https://api.openai.com/v1', {}, SECRET],
    [
      'the host of OPENAI_BASE_URL',
      'https://proxy.example/v1',
      { env: { OPENAI_BASE_URL: 'https://proxy.example/other' } },
      SECRET,
    ],
    ['whatever --key-env is given for', 'https://x.example', { flags: { keyEnv: 'OPENAI_API_KEY' } }, SECRET],
    [
      'the flag before the binding',
      'https://x.example',
      {
        flags: { keyEnv: 'A' },
        config: { keys: [{ env: 'B', host: 'x.example' }] },
        env: { A: 'key-a', B: 'key-b' },
      },
      'key-a',
    ],
    [
      'a bound host',
      'https://x.example:8443/v1',
      { config: { keys: [{ env: 'X_KEY', host: 'x.example:8443' }] }, env: { X_KEY: ' key-x ' } },
      'key-x',
    ],
    [
      'a host the OpenAI key is bound to',
      'https://x.example',
      { config: { keys: [{ env: 'OPENAI_API_KEY', host: 'x.example' }] } },
      SECRET,
    ],
    [
      'a host bound to no key',
      'https://x.example',
      { config: { keys: [{ env: null, host: 'x.example' }] } },
      undefined,
    ],
    ['a server without a key', 'https://x.example', { env: { OPENAI_API_KEY: '' } }, undefined],
    ['this machine without a key', 'http://127.0.0.1:1', { env: { OPENAI_API_KEY: ' ' } }, undefined],
  ])('has the right key for %s, and nothing to say', (_, url, setting, key) => {
    expect(asked(url, setting)).toEqual({ key, said: [] })
  })

  it('says that the OpenAI key goes to a server on this machine', () => {
    const { key, said } = asked('http://127.0.0.1:8000/v1', {})
    expect([key, said]).toEqual([SECRET, [expect.stringContaining('is sent to 127.0.0.1:8000')]])
    expect(said.join()).not.toContain(SECRET)
  })

  it.each<[string, Setting]>([
    ['https://evil.example/v1', {}],
    ['https://api.openai.com.evil.example', {}],
    ['https://api.openai.com:8443', {}],
    ['https://evil.example', { flags: { baseUrl: 'https://evil.example' } }],
    ['https://evil.example', { config: { baseUrl: 'https://evil.example' } }],
    ['https://x.example', { config: { keys: [{ env: 'X', host: 'x.example:8443' }] }, env: { X: 'x' } }],
    ['http://api.localhost', {}],
    ['https://proxy.example:1', { env: { OPENAI_BASE_URL: 'https://proxy.example' } }],
  ])('does not send the OpenAI key to %s', (url, setting) => {
    expect(() => asked(url, setting)).toThrow(
      expect.objectContaining({
        code: 'KEY_NOT_BOUND',
        message: expect.stringContaining(new URL(url).host),
      }),
    )
  })

  it.each([
    ['ANTHROPIC_API_KEY', 'https://api.anthropic.com/v1'],
    ['GOOGLE_GENERATIVE_AI_API_KEY', 'https://generativelanguage.googleapis.com/v1beta'],
  ])('sends the key in %s to its vendor alone', (variable, url) => {
    const env = { [variable]: 'key-of-a-vendor', OPENAI_BASE_URL: 'https://proxy.example' }
    expect(asked(url, { env }, variable)).toEqual({ key: 'key-of-a-vendor', said: [] })
    for (const elsewhere of ['https://api.openai.com/v1', 'https://proxy.example'])
      expect(() => asked(elsewhere, { env }, variable)).toThrow(
        expect.objectContaining({ code: 'KEY_NOT_BOUND' }),
      )
    // Nor does the vendor get the key of OpenAI.
    expect(asked(url, {}, variable)).toEqual({ key: undefined, said: [] })
    expect(() => asked(url, {})).toThrow(expect.objectContaining({ code: 'KEY_NOT_BOUND' }))
  })

  it('says that a variable is not set, without its name: it may be the key', () => {
    expect(() => modelAccess({ keyEnv: 'sk_pasted' }, {}, {})).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.not.stringContaining('sk_pasted') }),
    )
    const config = { keys: [{ env: 'NONE', host: 'x.example' }] }
    expect(() => asked('https://x.example', { config })).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
