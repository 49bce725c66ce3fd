import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import type { Completion } from './completion.ts'
import { act, type Exchange, send, writeJson } from './exchange.ts'
import { Journal, type JournalEntry, type Stats } from './journal.ts'
import { type Script, toReply } from './reply.ts'
import { readRequest } from './request.ts'
import { FOUR_CHARS, type Tokenizer } from './tokens.ts'

export interface SimulatorOptions {
  readonly script: Script
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Ids `GET /v1/models` lists. */
  readonly models?: readonly string[]
  /** Give a text reply (not an empty one) again, without running the script, when its `Idempotency-Key` comes again. */
  readonly honourKeys?: boolean
  /** What tokens are counted by; `FOUR_CHARS` by default. */
  readonly tokenizer?: Tokenizer
}

export interface Simulator {
  /** Base URL of the API, such as `http://127.0.0.1:4711/v1`. */
  readonly url: string
  readonly port: number
  /** What the server saw so far. */
  journal(): Stats
  /** Forgets the journal and the stored replies. */
  reset(): void
  /** Closes the server and every connection. */
  stop(): Promise<void>
}

/** Starts an OpenAI-compatible server on 127.0.0.1 that does what a script says. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const state: State = { options, journal: new Journal(), stored: new Map(), arrived: 0 }
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => fail(response, error))
  })
  server.keepAliveTimeout = 60_000 // an idle connection that closes first would look like a fault
  const port = await listen(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    journal: () => state.journal.stats(),
    reset: () => reset(state),
    stop: () => stop(server),
  }
}

interface State {
  readonly options: SimulatorOptions
  readonly journal: Journal
  /** Work by idempotency key, kept while it runs and after. */
  readonly stored: Map<string, Promise<Completion>>
  arrived: number
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`
  if (route === 'POST /v1/chat/completions') return await answer(state, request, response)
  if (route === 'GET /v1/models') return json(response, 200, modelList(state.options.models ?? ['sim']))
  if (route === 'GET /__sim/stats') return json(response, 200, state.journal.stats())
  if (route !== 'POST /__sim/reset') return json(response, 404, { error: { message: `no route ${route}` } })
  reset(state)
  json(response, 200, { ok: true })
}

async function answer(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readText(incoming)
  state.arrived += 1
  const request = readRequest(state.arrived, body, incoming.headers)
  if (request === undefined) {
    const message = 'not a chat completion request'
    return json(response, 400, { error: { message, type: 'invalid_request_error' } })
  }
  const entry = state.journal.open(request, incoming.headers.authorization !== undefined)
  response.setHeader('x-request-id', entry.requestId)
  response.on('close', () => state.journal.close(entry, !response.writableEnded && !endsItself(entry)))
  const { tokenizer = FOUR_CHARS } = state.options
  const exchange: Exchange = { request, entry, response, tokenizer }
  const known = request.key === null ? undefined : state.stored.get(request.key)
  entry.duplicate = known !== undefined
  if (known !== undefined) {
    send(exchange, await known)
    return
  }
  const reply = toReply(state.options.script(request))
  // Only a useful reply is kept: a fault is of the attempt, not of the request.
  const kept = state.options.honourKeys === true && reply.kind === 'text' && reply.text !== ''
  await act(exchange, reply, (work) => {
    if (kept && request.key !== null) state.stored.set(request.key, work)
  })
}

/** Whether what was done with a request ends the connection: then it is not the client who left. */
function endsItself({ outcome }: JournalEntry): boolean {
  return outcome === 'reset' || outcome === 'halfClose'
}

function json(response: ServerResponse, status: number, value: unknown): void {
  writeJson(response, status, JSON.stringify(value))
}

function modelList(ids: readonly string[]): object {
  return {
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulator' })),
  }
}

/** A script that throws is a fault of the test: the client sees it as such. */
function fail(response: ServerResponse, error: unknown): void {
  const message = `the script failed: ${error instanceof Error ? error.message : String(error)}`
  if (response.headersSent) response.destroy()
  else json(response, 500, { error: { message } })
}

function reset(state: State): void {
  state.journal.reset()
  state.stored.clear()
}

function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address !== null) resolve(address.port)
    else reject(new Error('the server has no port'))
  })
  return promise
}

function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve()) // its only error is that the server is stopped already
  server.closeAllConnections()
  return promise
}
