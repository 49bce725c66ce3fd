import { isWritError, type ModelReply, type WritError } from '@writ/contract'
import { afterEach, describe, expect, it } from 'vitest'
import { callModel, resolveModel } from './index.ts'
import {
  PROTOCOLS,
  type Protocol,
  startVendor,
  type VendorReply,
  type VendorServer,
} from './vendor-server.fixture.ts'

const KEY = 'key-that-is-very-secret'
const MESSAGES = [
  { role: 'system', text: 'Be brief.' },
  { role: 'user', text: 'Hello' },
] as const

let server: VendorServer | undefined

afterEach(() => server?.stop())

async function ask({ id }: Protocol, script: () => VendorReply): Promise<ModelReply> {
  server = await startVendor(script)
  const { languageModel } = await resolveModel({ id, baseUrl: server.url, apiKey: KEY, priceTable: {} })
  const headers = { 'idempotency-key': 'k-1' }
  const { signal } = new AbortController()
  return await callModel(languageModel, { messages: MESSAGES, maxOutputTokens: 100, headers, signal })
}

async function failure(call: Promise<unknown>): Promise<WritError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown)
  if (!isWritError(error)) throw new Error(`expected a WritError, got ${String(error)}`)
  expect(`${error.message} ${JSON.stringify(error.data)} ${String(error.cause)}`).not.toContain(KEY)
  return error
}

describe.each(PROTOCOLS)('$id', (protocol) => {
  it('is asked once in its own protocol, with its key, and its usage is read', async () => {
    const reply = await ask(protocol, () => ({ body: protocol.reply(`Hi, ${KEY}.`) }))
    expect(reply).toMatchObject({
      text: 'Hi, [key].',
      finishReason: 'stop',
      inputTokens: 1_000,
      outputTokens: 7,
      status: 200,
    })
    expect(server?.asked).toMatchObject([
      { path: protocol.path, headers: { 'idempotency-key': 'k-1' }, body: protocol.asks },
    ])
    expect(server?.asked[0]?.headers[protocol.keyHeader]).toContain(KEY)
    expect(JSON.stringify(server?.asked[0]?.body)).toContain('Be brief.')
  })

  it('reports nothing where its server does not', async () => {
    const { [protocol.usage]: _, ...body } = protocol.reply('Hi')
    const outcome = await ask(protocol, () => ({ body })).catch((error: unknown) => error)
    // A package that reads no reply without usage fails it: that is charged the worst case, too.
    expect(outcome).toMatchObject(
      isWritError(outcome) ? { data: { mayHaveRun: true } } : { inputTokens: null, outputTokens: null },
    )
  })

  it.each([429, 503, 529])('%i can be tried again when its server says', async (status) => {
    const headers = { 'retry-after': '3', 'request-id': 'r-1' }
    const error = await failure(
      ask(protocol, () => ({ status, headers, body: protocol.error(`busy ${KEY}`) })),
    )
    expect(error).toMatchObject({
      code: 'MODEL_FAILED',
      message: expect.stringContaining('busy [key]'),
      data: { status, retryAfterMs: 3_000, mayHaveRun: false, requestId: 'r-1' },
    })
    expect(server?.asked).toHaveLength(1)
  })

  it.each([400, 401, 404])('%i is final', async (status) => {
    const error = await failure(ask(protocol, () => ({ status, body: protocol.error('no') })))
    expect(error).toMatchObject({ code: 'MODEL_REJECTED', data: { status, mayHaveRun: false } })
  })

  it('sends a prompt nowhere else', async () => {
    const elsewhere = await startVendor(() => ({ body: protocol.reply('caught') }))
    try {
      const headers = { location: elsewhere.url }
      const error = await failure(ask(protocol, () => ({ status: 307, headers, body: {} })))
      expect(error).toMatchObject({ code: 'MODEL_REJECTED', data: { status: 307 } })
      expect(elsewhere.asked).toEqual([])
    } finally {
      elsewhere.stop()
    }
  })

  it('gives a refusal as an error, not as text', async () => {
    const error = await failure(ask(protocol, () => ({ body: protocol.refusal })))
    expect(error).toMatchObject({ code: 'MODEL_REJECTED', data: { mayHaveRun: true } })
  })
})

const [, GEMINI, RESPONSES] = PROTOCOLS as unknown as readonly [Protocol, Protocol, Protocol]

describe('a package that does more than it was asked', () => {
  it('sends no second request to finish a reply', async () => {
    const candidate = { content: { parts: [{ text: 'so far' }] }, finishReason: 'CONTINUATION' }
    const body = { candidates: [{ ...candidate, continuationToken: 't' }] }
    const error = await failure(ask(GEMINI, () => ({ body })))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
    expect(server?.asked).toHaveLength(1)
  })

  it('cannot make an error of a reply that may be charged into one that was never made', async () => {
    const body = { ...RESPONSES.reply('x'), error: { message: 'half way', type: 'server_error', code: '1' } }
    const error = await failure(ask(RESPONSES, () => ({ body })))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { status: 200, mayHaveRun: true } })
  })
})
