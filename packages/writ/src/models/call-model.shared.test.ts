import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defined, isWritError, type ModelReply, WritError } from '@writ/contract'
import { type Reply, type Simulator, STALLS, startSimulator } from '@writ/simulator'
import { afterEach, describe, expect, it } from 'vitest'
import { callModel, resolveModel } from './index.ts'

const KEY = 'sk-very-secret-key'
const MESSAGES = [
  { role: 'system', text: 'Be brief.' },
  { role: 'user', text: 'Hello' },
  { role: 'assistant', text: 'Hi' },
  { role: 'user', text: 'And?' },
] as const

let simulator: Simulator | undefined

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
})

interface Ask {
  readonly id?: string
  readonly apiKey?: string
  readonly signal?: AbortSignal
  readonly headers?: Record<string, string>
  readonly maxOutputTokens?: number
}

async function ask(reply: Reply | string, options: Ask = {}): Promise<ModelReply> {
  simulator = await startSimulator({ script: () => reply })
  return await askAt(simulator.url, options)
}

async function askAt(baseUrl: string, { id = 'm', apiKey = KEY, ...more }: Ask = {}): Promise<ModelReply> {
  const { languageModel } = await resolveModel({ id, baseUrl, apiKey, priceTable: {} })
  const request = {
    messages: MESSAGES,
    maxOutputTokens: 100,
    headers: {},
    signal: new AbortController().signal,
  }
  return await callModel(languageModel, { ...request, ...more })
}

/** Asks a server that answers with these headers and this body. */
async function askServer(
  body: unknown,
  headers: Record<string, string>,
  options: Ask = {},
): Promise<ModelReply> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await askAt(`http://127.0.0.1:${port}/v1`, options)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function failure(call: Promise<unknown>): Promise<WritError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isWritError(error)) throw new Error(`expected a WritError, got ${String(error)}`)
  expect(`${error.message} ${JSON.stringify(error.data)} ${String(error.cause)}`).not.toContain(KEY)
  return error
}

describe('callModel', () => {
  it('sends the conversation, the limit and the headers once, and reads the reply', async () => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      request.on('data', (bytes: Buffer) => bodies.push(bytes.toString()))
      request.on('end', () => {
        response.setHeader('x-request-id', 'req-1')
        response.end(
          JSON.stringify({
            id: 'c-1',
            choices: [
              {
                message: { role: 'assistant', content: String(request.headers['idempotency-key']) },
                finish_reason: 'stop',
              },
            ],
            usage: { prompt_tokens: 11, completion_tokens: 3 },
          }),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    try {
      const reply = await askAt(`http://127.0.0.1:${port}/v1`, { headers: { 'idempotency-key': 'k-1' } })
      expect(reply).toEqual({
        text: 'k-1',
        finishReason: 'stop',
        inputTokens: 11,
        outputTokens: 3,
        sentBytes: 20,
        receivedBytes: 3,
        requestId: 'req-1',
        status: 200,
      })
      expect(bodies.map((body) => JSON.parse(body))).toEqual([
        expect.objectContaining({
          model: 'm',
          max_tokens: 100,
          messages: MESSAGES.map(({ role, text }) => ({ role, content: text })),
        }),
      ])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('sends no Authorization without a key', async () => {
    await ask('x', { apiKey: '' })
    expect(simulator?.journal().entries[0]?.authorization).toBe(false)
  })

  it('returns a text cut at the limit, and says so', async () => {
    const reply = await ask('x'.repeat(100), { maxOutputTokens: 5 })
    expect(reply).toMatchObject({ text: 'x'.repeat(20), finishReason: 'length', outputTokens: 5 })
  })

  it('knows no usage where the provider says none or nonsense', async () => {
    expect(await ask({ kind: 'text', text: 'x', usage: 'missing' })).toMatchObject({
      inputTokens: null,
      outputTokens: null,
    })
    await simulator?.stop()
    expect(await ask({ kind: 'text', text: 'x', usage: { input: -3, output: 1.5 } })).toMatchObject({
      inputTokens: null,
      outputTokens: null,
    })
  })

  it.each<[string, unknown, number | null, number | null]>([
    ['an empty object', {}, null, null],
    ['null', null, null, null],
    ['null fields', { prompt_tokens: null, completion_tokens: null, total_tokens: null }, null, null],
    ['only a total', { total_tokens: 40 }, null, null],
    ['other names', { input_tokens: 11, output_tokens: 3, promptTokens: 11 }, null, null],
    ['only the input', { prompt_tokens: 11 }, 11, null],
    ['only the output', { completion_tokens: 3 }, null, 3],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, 0, 0],
    ['more than anybody uses', { prompt_tokens: 10 ** 12, completion_tokens: 3 }, 10 ** 12, 3],
    ['reasoning in the total alone', { prompt_tokens: 11, completion_tokens: 3, total_tokens: 50 }, 11, 39],
  ])('reads usage as it is reported: %s', async (_, usage, inputTokens, outputTokens) => {
    const body = JSON.stringify({ choices: [{ message: { content: 'x' }, finish_reason: 'stop' }], usage })
    expect(await ask({ kind: 'malformed', body })).toMatchObject({ inputTokens, outputTokens })
  })

  it('counts the bytes of all text that came back, hidden reasoning included', async () => {
    const message = { content: 'größe', reasoning_content: 'x'.repeat(100) }
    const body = JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] })
    expect(await ask({ kind: 'malformed', body })).toMatchObject({ text: 'größe', receivedBytes: 107 })
  })

  it.each([408, 409, 425, 429, 500, 502, 503, 529])(
    '%i can be tried again and did not run',
    async (status) => {
      const error = await failure(ask({ kind: 'status', status, message: 'busy', retryAfter: '3' }))
      expect(error).toMatchObject({
        code: 'MODEL_FAILED',
        retryable: true,
        message: expect.stringContaining('busy'),
        data: { status, retryAfterMs: 3_000, mayHaveRun: false, requestId: 'sim-1' },
      })
      expect(simulator?.journal().requests).toBe(1)
    },
  )

  it('does not know whether a request ran behind a gateway that gave up', async () => {
    const error = await failure(ask({ kind: 'status', status: 504 }))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
  })

  it.each([400, 401, 403, 404, 413, 422])('%i is final', async (status) => {
    const error = await failure(ask({ kind: 'status', status, message: `no, ${KEY}` }))
    expect(error).toMatchObject({
      code: 'MODEL_REJECTED',
      retryable: false,
      data: { status, mayHaveRun: false },
    })
    expect(error.message).toContain('[key]')
  })

  it('does not follow a redirect: a prompt goes only where it was sent', async () => {
    const elsewhere = await startSimulator({ script: () => 'caught' })
    try {
      const headers = { location: `${elsewhere.url}/chat/completions` }
      const error = await failure(ask({ kind: 'status', status: 307, headers }))
      expect(error).toMatchObject({ code: 'MODEL_REJECTED', data: { status: 307 } })
      expect(elsewhere.journal().requests).toBe(0)
    } finally {
      await elsewhere.stop()
    }
  })

  it.each<[string, Reply]>([
    ['a reset before the headers', { kind: 'reset' }],
    ['a reset in the body', { kind: 'reset', afterHeaders: true }],
    ['a connection that is half closed in the body', { kind: 'halfClose', sized: true }],
    ['one that is half closed in a body of no stated length', { kind: 'halfClose', sized: false }],
    ['a body that is no JSON', { kind: 'malformed' }],
    ['a body of another shape', { kind: 'malformed', body: '{"hello":1}' }],
    ['no choices', { kind: 'malformed', body: '{"choices":[]}' }],
    ['an empty text', { kind: 'text', text: ' \n' }],
  ])('%s can be tried again, and may have run', async (_, reply) => {
    const error = await failure(ask(reply))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
    expect(simulator?.journal().requests).toBe(1)
    await expect.poll(() => simulator?.journal().entries[0]?.doneMs).not.toBe(null)
  })

  it.each([
    { finish_reason: 'content_filter', message: { content: '' } },
    { finish_reason: 'stop', message: { content: null, refusal: 'I will not.' } },
  ])('a refusal is an error, not text: %j', async (choice) => {
    const error = await failure(ask({ kind: 'malformed', body: JSON.stringify({ choices: [choice] }) }))
    expect(error).toMatchObject({ code: 'MODEL_REJECTED', data: { mayHaveRun: true } })
  })

  it('never ran where nobody listens', async () => {
    simulator = await startSimulator({ script: () => 'x' })
    const { url } = simulator
    await simulator.stop()
    const error = await failure(askAt(url))
    expect(error).toMatchObject({
      code: 'MODEL_FAILED',
      data: { status: 0, mayHaveRun: false, requestId: null },
    })
  })

  it('never ran at a name that does not exist', async () => {
    const error = await failure(askAt('http://no-such-host.invalid/v1'))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: false } })
  })

  it.each(Object.entries(STALLS))('a time-out is one, and may have run: %s', async (_, reply) => {
    const error = await failure(ask(reply, { signal: AbortSignal.timeout(150) }))
    expect(error).toMatchObject({ code: 'MODEL_TIMEOUT', data: { mayHaveRun: true } })
    await expect.poll(() => simulator?.journal().aborted).toBe(1)
  })

  it('ends with the reason it was aborted for', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new WritError('TIMED_OUT', 'the run is over')), 100)
    const error = await failure(ask({ kind: 'hang' }, { signal: controller.signal }))
    expect(error).toMatchObject({ code: 'TIMED_OUT', message: 'the run is over', data: { mayHaveRun: true } })
    const other = new AbortController()
    setTimeout(() => other.abort(), 50)
    await simulator?.stop()
    expect(await failure(ask({ kind: 'hang' }, { signal: other.signal }))).toMatchObject({
      code: 'INTERRUPTED',
    })
  })

  it('sends nothing when it is aborted already', async () => {
    const error = await failure(ask('x', { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'INTERRUPTED', data: { mayHaveRun: false } })
    expect(simulator?.journal().requests).toBe(0)
  })

  it('ends a reply that grows without bound', async () => {
    const body = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(20 * 1024 * 1024) } }] })
    const error = await failure(ask({ kind: 'malformed', body }))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
    expect(error.message).toBe("The provider's reply is larger than 16.8 MB, the most that is read of one.")
  })

  it('says of a reply without an answer that it cannot be read', async () => {
    const error = await failure(ask({ kind: 'malformed', body: '{"choices": []}' }))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
    expect(error.message).toContain("The provider's reply cannot be read: ")
  })

  it.each([
    [
      '{"error":{"message":"overloaded, sk-very-secret-key","code":503}}',
      /^The provider answered 200 with an error: overloaded, \[key\]$/,
    ],
    ['{"error":"no such engine"}', /^The provider answered 200 with an error: no such engine$/],
    [
      '{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":"12"}}',
      /cannot be read: it is JSON, and no reply of this protocol\.$/,
    ],
    [
      '<!doctype html>\n<title>Sign in</title>',
      /cannot be read: it is a web page; the base URL may be another's\.$/,
    ],
    ['{"choices":[{"mess', /cannot be read: it is no JSON\.$/],
  ])('says what came in place of a reply: %s', async (body, message) => {
    const error = await failure(ask({ kind: 'malformed', body }))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', message: expect.stringMatching(message) })
  })

  it('says that a reply broke off', async () => {
    const error = await failure(ask({ kind: 'reset', afterHeaders: true }))
    expect(error.message).toMatch(/^The provider broke off its reply/)
    expect(error.data).toMatchObject({ mayHaveRun: true })
  })

  it('says of an empty reply whose room was used up that it was', async () => {
    const error = await failure(ask({ kind: 'text', text: ' ', finishReason: 'length' }))
    expect(error.message).toMatch(/^The reply holds no text: all 100 output tokens .* hidden reasoning/)
  })

  it('says how long a provider asks to wait where that is too long to wait', async () => {
    const error = await failure(ask({ kind: 'status', status: 429, message: 'quota', retryAfter: '3600' }))
    expect(error.message).toBe('The provider answered 429: quota. It asks to wait 3,600 s.')
    await simulator?.stop()
    const soon = await failure(ask({ kind: 'status', status: 429, message: 'quota', retryAfter: '2' }))
    expect(soon.message).toBe('The provider answered 429: quota')
  })

  it('keeps messages short and on one line', async () => {
    const error = await failure(
      ask({ kind: 'status', status: 500, message: `a\n\u001b[31m${'b'.repeat(5_000)}` }),
    )
    expect(error.message.length).toBeLessThan(450)
    expect(/\p{Cc}/u.test(error.message)).toBe(false)
  })

  it.each([
    ['a request id', { 'x-request-id': KEY }, {}],
    ['a part of a request id', { 'request-id': `r-${KEY}-1` }, {}],
    ['the id of the body', {}, { id: KEY }],
    ['its text', {}, { content: `you sent ${KEY}` }],
    ['its reason', {}, { finish_reason: KEY }],
  ])(
    'lets no key through that a reply echoes in %s',
    async (_, headers, {
      id,
      content = 'x',
      ...choice
    }: {
      id?: string
      content?: string
      finish_reason?: string
    }) => {
      const choices = [{ message: { content }, finish_reason: 'stop', ...choice }]
      const reply = await askServer({ ...defined({ id }), choices }, headers)
      expect(JSON.stringify(reply)).not.toContain(KEY)
      expect(reply.text).toMatch(/^x$|^you sent \[key\]$/)
    },
  )

  it('takes no word out of an answer for a key that is none', async () => {
    const choices = [{ message: { content: 'The list is EMPTY.' }, finish_reason: 'stop' }]
    const headers = { 'x-request-id': 'EMPTY-1' }
    expect(await askServer({ choices }, headers, { apiKey: 'EMPTY' })).toMatchObject({
      text: 'The list is EMPTY.',
      requestId: '[key]-1',
    })
  })

  it('asks the built-in model like any other', async () => {
    const { languageModel } = await resolveModel({ id: 'builtin/extractive', priceTable: {} })
    const request = { maxOutputTokens: 100, headers: {}, signal: new AbortController().signal }
    const messages = [
      { role: 'user', text: 'What is the colour of the sky?\n\nThe sky has the colour blue. Grass grows.' },
    ] as const
    const reply = await callModel(languageModel, { ...request, messages })
    expect(reply).toMatchObject({ finishReason: 'stop', inputTokens: 19, requestId: null, status: 200 })
    expect(JSON.parse(reply.text)).toMatchObject({
      judged: false,
      passages: ['The sky has the colour blue.'],
    })
    const tooLong = [{ role: 'user', text: 'x '.repeat(50_000) }] as const
    const error = await failure(callModel(languageModel, { ...request, messages: tooLong }))
    expect(error).toMatchObject({
      code: 'MODEL_REJECTED',
      message: expect.stringContaining('window of 20000'),
    })
  })
})
