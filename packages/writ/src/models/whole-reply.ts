import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { locationOf } from './location.ts'
import { ownAddress } from './own-address.ts'

/** Most bytes of a model's reply kept: a hundred times the largest text a request may ask for. */
export const MAX_REPLY_BYTES: number = 16 * 1024 * 1024

/** Code of the error that ends a larger one. */
export const REPLY_TOO_LARGE = 'REPLY_TOO_LARGE'

/** Code of the error where no connection comes about: nothing was sent. */
export const NOT_CONNECTED = 'NOT_CONNECTED'

/** How long a connection may take, encryption included. */
const CONNECT_MS = 10_000

/** Servers close a connection that nobody uses; it is not used again after so long. */
const KEPT_MS = 4_000

export interface WholeRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | null | undefined
}

/** A reply that ended; its body is an error where it broke off or grew past the bound. */
export interface WholeReply {
  readonly status: number
  readonly reason: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer | Error
}

/** The error of a reply that grew past the bound. */
export function tooLarge(): Error {
  return coded(REPLY_TOO_LARGE, `the reply passed ${MAX_REPLY_BYTES} bytes`)
}

/**
 * Makes one HTTP request and reads its reply whole. Rejects with what broke the request off before a reply began. It costs
 * half of what `fetch` costs, which reads each reply as a stream.
 */
export function wholeReply(url: URL, { method, headers, body, signal }: WholeRequest): Promise<WholeReply> {
  const { promise, resolve, reject } = Promise.withResolvers<WholeReply>()
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  /** Ends what has begun: the request, and later its reply. */
  let fail: (error: Error) => void = reject
  const request = process.getBuiltinModule(encrypted(url) ? 'node:https' : 'node:http').request(
    url,
    {
      method,
      headers: { ...headers, 'accept-encoding': 'identity', ...length },
      ...waysTo(url),
    },
    (reply) => {
      fail = readWhole(reply, resolve)
    },
  )
  const abort = (): void => void request.destroy()
  signal?.addEventListener('abort', abort)
  request.on('error', (error) => fail(error))
  request.on('close', () => {
    signal?.removeEventListener('abort', abort)
    // A server that changes the protocol ends the request and says nothing more.
    fail(coded('ECONNRESET', 'the connection ended before the reply'))
  })
  request.on('socket', (socket) => {
    if (!socket.connecting) return
    const giveUp = setTimeout(
      () => request.destroy(coded(NOT_CONNECTED, `no connection within ${CONNECT_MS / 1000} s`)),
      CONNECT_MS,
    )
    const connected = (): void => clearTimeout(giveUp)
    socket.once(encrypted(url) ? 'secureConnect' : 'connect', connected).once('close', connected)
  })
  request.end(body)
  return promise
}

/** Reads a reply until it ends, which is given; gives the way to end it before. */
function readWhole(reply: IncomingMessage, give: (reply: WholeReply) => void): (error: Error) => void {
  const parts: Buffer[] = []
  let bytes = 0
  const end = (body: Buffer | Error): void => {
    const { statusCode: status = 0, statusMessage: reason = '', headers } = reply
    give({ status, reason, headers, body })
  }
  reply.on('data', (part: Buffer) => {
    bytes += part.length
    parts.push(part)
    if (bytes > MAX_REPLY_BYTES) reply.destroy(tooLarge())
  })
  reply.on('end', () => end(Buffer.concat(parts)))
  reply.on('error', end)
  return end
}

const OWN_ADDRESS = ownAddress()

/** Connections to this machine, by protocol. */
const ownAgents = new Map<string, Agent>()

/** How a host is reached: another one as Node does, and this machine itself, whatever proxy the environment names. */
function waysTo(url: URL): Pick<RequestOptions, 'agent' | 'lookup'> {
  if (locationOf(url) !== 'loopback') return {}
  let agent = ownAgents.get(url.protocol)
  if (agent === undefined) {
    const { Agent } = process.getBuiltinModule(encrypted(url) ? 'node:https' : 'node:http')
    agent = new Agent({ keepAlive: true, timeout: KEPT_MS })
    ownAgents.set(url.protocol, agent)
  }
  return { agent, lookup: OWN_ADDRESS }
}

function encrypted({ protocol }: URL): boolean {
  return protocol === 'https:'
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
