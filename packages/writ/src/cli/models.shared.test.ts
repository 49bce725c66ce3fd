import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PROTOCOLS, startVendor, type VendorServer } from '../models/vendor-server.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

const KEY = 'key-that-is-very-secret'
const TABLE = {
  'anthropic/claude-sonnet-4-5': {
    price: '3/15',
    cachedInput: '0.3',
    asOf: '2026-11-20',
    source: 'https://vendor.example/prices',
    contextWindow: 200_000,
    requestsPerMinute: 50,
  },
  'my/model': { location: 'remote' },
}

let place: string
let server: VendorServer | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-models-'))
  await configure({ models: TABLE, prices: { 'openai/gpt-5': '1.25/10' } })
})

afterEach(async () => {
  server?.stop()
  await rm(place, { recursive: true, force: true })
})

async function configure(settings: unknown): Promise<void> {
  await mkdir(join(place, '.config', 'writ'), { recursive: true })
  await writeFile(join(place, '.config', 'writ', 'config.json'), JSON.stringify(settings))
}

describe('writ models', () => {
  it('lists what is known, by whom, and never a key', async () => {
    const { code, out } = await runCommand(place, ['models'], { ANTHROPIC_API_KEY: KEY })
    expect(code).toBe(0)
    expect(out).toContain(
      [
        'anthropic/claude-sonnet-4-5',
        '  at      api.anthropic.com · key in ANTHROPIC_API_KEY',
        '  window  200,000 tokens',
        '  price   3/15 USD per million tokens in/out · cached input 0.3 · 2026-11-20, https://vendor.example/prices',
        '  rates   50 requests a minute',
        '  policy  may be sent what is labelled up to confidential',
      ].join('\n'),
    )
    expect(out).toContain('key in OPENAI_API_KEY, which is not set')
    expect(out).toContain('of no day')
    expect(out).not.toContain(KEY)
  })

  it('has the window that setup wrote down for the configured model, and gives it to no other', async () => {
    const server = { baseUrl: 'http://127.0.0.1:1/v1', contextWindow: 32_768 }
    await configure({ model: 'my/model', ...server, models: { 'other/model': {} } })
    const { out } = await runCommand(place, ['models', '--json'])
    expect((JSON.parse(out) as { models: object[] }).models).toMatchObject([
      { id: 'builtin/extractive' },
      { id: 'my/model', contextWindow: 32_768, windowKnown: true },
      { id: 'other/model', contextWindow: 128_000, windowKnown: false },
    ])
  })

  it('gives the same as one object, for a user and a purpose', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', ANTHROPIC_API_KEY: KEY }
    const { out } = await runCommand(place, ['models', '--json'], env)
    const { schema, models } = JSON.parse(out) as { schema: string; models: { id: string }[] }
    expect(schema).toBe('writ.models/1')
    expect(models).toMatchObject([
      { id: 'builtin/extractive', location: 'builtin', key: null, policy: { upTo: 'secret' } },
      {
        id: 'anthropic/claude-sonnet-4-5',
        server: 'https://api.anthropic.com',
        key: { env: 'ANTHROPIC_API_KEY', present: true },
        policy: { verdict: 'allow', policies: ['permit.model'] },
      },
      // It is reached on this machine, and the table says that it goes on from there.
      { id: 'my/model', location: 'remote', server: 'http://127.0.0.1:1', policy: { upTo: 'confidential' } },
      { id: 'openai/gpt-5', location: 'loopback', price: { inputNanoUsd: 1_250 }, priceAsOf: null },
    ])
    expect(out).not.toContain(KEY)
    expect(await runCommand(place, ['models', '--as', 'nobody', '--json'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('UNKNOWN_USER'),
    })
  })
})

it('prices a run by the table: what came from the cache costs less, and the record says of which day the price is', async () => {
  const [anthropic] = PROTOCOLS
  server = await startVendor(() => ({
    body: {
      ...anthropic?.reply('It mentions a patent.'),
      usage: { input_tokens: 100, cache_read_input_tokens: 200, output_tokens: 9 },
    },
  }))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n'.repeat(40))
  const question = [
    'ask',
    'What does Alpha mention?',
    'docs',
    '--strategy',
    'direct',
    '--json',
    '--max-cost',
    '1',
  ]
  const model = ['--model', 'anthropic/claude-sonnet-4-5', '--base-url', server.url]
  const asked = await runCommand(place, [...question, ...model, '--key-env', 'ANTHROPIC_API_KEY'], {
    ANTHROPIC_API_KEY: KEY,
  })
  const answer = JSON.parse(asked.out) as { run: string; usage: unknown }
  const cost = Math.ceil((100 * 3_000 + 200 * 300 + 9 * 15_000) / 1_000)
  expect(answer).toMatchObject({
    status: 'complete',
    usage: { inputTokens: 300, cachedInputTokens: 200, outputTokens: 9, costMicroUsd: cost, costKnown: true },
  })
  await writeFile(join(place, 'answer.json'), asked.out)
  const verified = await runCommand(place, ['verify', 'last', '--home', '.writ', '--answer', 'answer.json'])
  expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/REPLAY\s+pass/) })
  const exported = await runCommand(place, ['export', 'last', '--format', 'jsonl'])
  expect(exported.out).toContain('"priceAsOf":"2026-11-20"')
  expect(exported.out).toContain('"meteredCachedTokens":200')
  const more = { ...answer, usage: { ...(answer.usage as object), cachedInputTokens: 201 } }
  await writeFile(join(place, 'answer.json'), JSON.stringify(more))
  const refused = await runCommand(place, ['verify', 'last', '--home', '.writ', '--answer', 'answer.json'])
  expect(refused).toMatchObject({ code: 6, out: expect.stringContaining('/usage/cachedInputTokens') })
})
