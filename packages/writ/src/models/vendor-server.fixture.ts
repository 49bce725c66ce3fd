import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a vendor's server got it. */
interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

/** What a vendor's server answers. */
export interface VendorReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A server on loopback that stands for a vendor's. */
export interface VendorServer {
  readonly url: string
  readonly asked: readonly Asked[]
  stop(): void
}

/** Answers every request by the script. */
export async function startVendor(script: (asked: Asked) => VendorReply): Promise<VendorServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      const got = { path: url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'] }
      asked.push(got)
      const { status = 200, headers: more = {}, body } = script(got)
      response.writeHead(status, { 'content-type': 'application/json', ...more })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** One protocol as its vendor documents it: how a request looks, and a reply with a text and usage. */
export interface Protocol {
  readonly id: string
  readonly path: string
  readonly keyHeader: string
  /** What a request says besides its messages. */
  readonly asks: Readonly<Record<string, unknown>>
  /** A reply of one text. Of 1,000 tokens of input, 600 came from the cache. */
  readonly reply: (text: string) => Record<string, unknown>
  /** The name of the reply's usage. */
  readonly usage: string
  /** What a refusal looks like. */
  readonly refusal: unknown
  readonly error: (message: string) => unknown
}

export const PROTOCOLS: readonly Protocol[] = [
  {
    id: 'anthropic/claude-sonnet-4-5',
    path: '/v1/messages',
    keyHeader: 'x-api-key',
    asks: { model: 'claude-sonnet-4-5', max_tokens: 100 },
    reply: (text) => messages([{ type: 'text', text }], 'end_turn'),
    usage: 'usage',
    refusal: messages([], 'refusal'),
    error: (message) => ({ type: 'error', error: { type: 'some_error', message } }),
  },
  {
    id: 'google/gemini-2.5-flash',
    path: '/v1/models/gemini-2.5-flash:generateContent',
    keyHeader: 'x-goog-api-key',
    asks: { generationConfig: { maxOutputTokens: 100 } },
    reply: (text) => gemini({ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }),
    usage: 'usageMetadata',
    refusal: gemini({ content: { parts: [] }, finishReason: 'SAFETY' }),
    error: (message) => ({ error: { code: 1, message, status: 'SOME' } }),
  },
  {
    id: 'openai-responses/gpt-5',
    path: '/v1/responses',
    keyHeader: 'authorization',
    asks: { model: 'gpt-5', max_output_tokens: 100, store: false },
    reply: (text) => responses([{ type: 'output_text', text, annotations: [] }]),
    usage: 'usage',
    refusal: responses([{ type: 'refusal', refusal: 'I will not.' }]),
    error: (message) => ({ error: { message, type: 'some', code: null, param: null } }),
  },
]

function messages(content: unknown, stop: string): Record<string, unknown> {
  return {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content,
    stop_reason: stop,
    usage: { input_tokens: 400, cache_read_input_tokens: 600, output_tokens: 7 },
  }
}

function gemini(candidate: unknown): Record<string, unknown> {
  const usageMetadata = {
    promptTokenCount: 1_000,
    cachedContentTokenCount: 600,
    candidatesTokenCount: 4,
    thoughtsTokenCount: 3,
    totalTokenCount: 1_007,
  }
  return { candidates: [candidate], usageMetadata, responseId: 'gen-1' }
}

function responses(content: unknown): Record<string, unknown> {
  return {
    id: 'resp_1',
    created_at: 1,
    model: 'gpt-5',
    output: [{ type: 'message', role: 'assistant', id: 'item_1', content }],
    usage: {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 600 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 3 },
    },
  }
}
