import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on loopback that behaves like one of the programs that serve models, as far as lists and one chat go. */
export interface FakeServer {
  /** Without `/v1`. */
  readonly url: string
  /** Chat completions asked for: by which model, with which authorization. */
  readonly asked: { readonly model: string; readonly authorization: string | undefined }[]
  stop(): void
}

export interface FakeOptions {
  /** Models it serves; the first is what a fresh one lists first. */
  readonly models: readonly string[]
  readonly reply?: string
  /** The key it wants for everything. */
  readonly key?: string
  readonly usage?: unknown
  /** Answers chats with this status. */
  readonly status?: number
}

type Lists = (state: { readonly loaded: string | undefined }) => Readonly<Record<string, unknown>>

/** Ollama: tags, and the window of a model once it is loaded. */
export function fakeOllama(options: FakeOptions): Promise<FakeServer> {
  return start(options, ({ loaded }) => ({
    '/api/version': { version: '0.12.6' },
    '/api/tags': { models: options.models.map((name) => ({ name, model: name, size: 1 })) },
    '/api/ps': { models: loaded === undefined ? [] : [{ name: loaded, context_length: 8_192 }] },
    '/v1/models': open(options.models, 'library'),
  }))
}

/** llama.cpp: properties with a window for each slot, and lists that look like Ollama's. */
export function fakeLlamaCpp(options: FakeOptions): Promise<FakeServer> {
  return start(options, () => ({
    '/props': { default_generation_settings: { n_ctx: 16_384 }, total_slots: 1 },
    '/api/tags': { models: options.models.map((name) => ({ name })) },
    '/v1/models': open(options.models, 'llamacpp'),
  }))
}

/** vLLM: the common list with the longest context of each model. */
export function fakeVllm(options: FakeOptions): Promise<FakeServer> {
  const { data } = open(options.models, 'vllm')
  return start(options, () => ({
    '/version': { version: '0.11.0' },
    '/v1/models': { object: 'list', data: data.map((model) => ({ ...model, max_model_len: 32_768 })) },
  }))
}

/** LM Studio: kinds and states of models; anything it does not know is answered with 200 and an error. */
export function fakeLmStudio(options: FakeOptions): Promise<FakeServer> {
  const [first] = options.models
  const data = options.models.map((id) => ({
    id,
    type: 'llm',
    ...(id === first ? { state: 'not-loaded' } : { state: 'loaded', loaded_context_length: 4_321 }),
  }))
  return start(
    options,
    () => ({
      '/api/v0/models': { object: 'list', data: [{ id: 'some-embedder', type: 'embeddings' }, ...data] },
      '/v1/models': open(options.models, 'organization_owner'),
    }),
    { error: 'Unexpected endpoint or method.' },
  )
}

function open(
  models: readonly string[],
  owner: string,
): { object: 'list'; data: { id: string; owned_by: string }[] } {
  return { object: 'list', data: models.map((id) => ({ id, object: 'model', owned_by: owner })) }
}

async function start(options: FakeOptions, lists: Lists, unknown?: unknown): Promise<FakeServer> {
  const asked: FakeServer['asked'] = []
  let loaded: string | undefined
  const server: Server = createServer((request, response) => {
    read(request).then(
      (body) => {
        const { authorization } = request.headers
        if (options.key !== undefined && authorization !== `Bearer ${options.key}`)
          return send(response, 401, { error: { message: 'no key' } })
        const listed = lists({ loaded })[request.url ?? '']
        if (listed !== undefined) return send(response, 200, listed)
        if (request.url !== '/v1/chat/completions')
          return send(response, unknown === undefined ? 404 : 200, unknown ?? { error: 'not found' })
        const { model = '' } = JSON.parse(body) as { model?: string }
        asked.push({ model, authorization })
        if (options.status !== undefined)
          return send(response, options.status, { error: { message: 'busy' } })
        if (!options.models.includes(model))
          return send(response, 404, { error: { message: `no model ${model}` } })
        loaded = model
        const message = { role: 'assistant', content: options.reply ?? 'ready' }
        const usage = 'usage' in options ? options.usage : { prompt_tokens: 40, completion_tokens: 8 }
        return send(response, 200, { choices: [{ message, finish_reason: 'stop' }], usage })
      },
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
