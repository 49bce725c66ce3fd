import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Completion, complete, completionBody, completionEvents } from './completion.ts'
import type { JournalEntry } from './journal.ts'
import type { Reply } from './reply.ts'
import type { SimRequest } from './request.ts'
import type { Tokenizer } from './tokens.ts'

/** One request being answered. */
export interface Exchange {
  readonly request: SimRequest
  readonly entry: JournalEntry
  readonly response: ServerResponse
  readonly tokenizer: Tokenizer
}

/** Between two bytes of a reply that trickles. */
const TRICKLE_MS = 20

/** A reply that is cut in the middle of its text. */
const BEGUN = '{"id":"chatcmpl-sim","choices":[{"index":0,"message":{"role":"assistant","content":"The rep'

/**
 * Does what a reply says. The work of a text reply goes on when the client leaves, as a provider's would, and
 * `keep` is given it before it starts.
 */
export async function act(
  exchange: Exchange,
  reply: Reply,
  keep: (work: Promise<Completion>) => void,
): Promise<void> {
  const { entry, request, tokenizer } = exchange
  entry.outcome = reply.kind
  const held = Promise.all([sleep(reply.delayMs ?? 0), reply.until])
  if (reply.kind !== 'text') {
    await held
    misbehave(exchange, reply)
    return
  }
  const work = held.then(() => {
    const completion = complete(request, reply, tokenizer)
    entry.inputTokens = completion.used.input
    entry.outputTokens = completion.used.output
    return completion
  })
  keep(work)
  send(exchange, await work)
}

/** Sends a completion, unless the client has left. */
export function send({ request, entry, response }: Exchange, completion: Completion): void {
  if (response.destroyed) return
  entry.outcome = 'text'
  entry.status = 200
  if (request.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.end(completionEvents(request, completion).join(''))
  } else {
    writeJson(response, 200, completionBody(request, completion))
  }
}

/** Sends a JSON text. */
export function writeJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function misbehave({ entry, response }: Exchange, reply: Exclude<Reply, { kind: 'text' }>): void {
  if (response.destroyed) return
  switch (reply.kind) {
    case 'status': {
      entry.status = reply.status
      for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
      if (reply.retryAfter !== undefined) response.setHeader('retry-after', reply.retryAfter)
      const message = reply.message ?? `simulated ${reply.status}`
      writeJson(
        response,
        reply.status,
        JSON.stringify({ error: { message, type: 'simulated', code: reply.code ?? null } }),
      )
      break
    }
    case 'malformed':
      entry.status = 200
      writeJson(response, 200, reply.body ?? '{"id":"chatcmpl-sim","choices":[{"mess')
      break
    case 'hang':
      if (reply.afterHeaders === true) begin(entry, response)
      break
    case 'trickle': {
      begin(entry, response)
      const timer = setInterval(() => response.write('x'), TRICKLE_MS)
      response.on('close', () => clearInterval(timer))
      break
    }
    case 'halfClose':
      if (reply.sized) response.setHeader('content-length', 2 * BEGUN.length)
      else response.useChunkedEncodingByDefault = false
      begin(entry, response, () => response.socket?.end())
      break
    case 'reset':
      if (reply.afterHeaders === true) begin(entry, response)
      // After the bytes begun have left.
      setTimeout(() => response.socket?.resetAndDestroy(), reply.afterHeaders === true ? 20 : 0)
      break
  }
}

/** Sends the headers and the first bytes of a body that never ends. */
function begin(entry: JournalEntry, response: ServerResponse, then?: () => void): void {
  entry.status = 200
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write(BEGUN, then)
}
