import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { MAX_REPLY_BYTES, tooLarge, type WholeReply, wholeReply } from './whole-reply.ts'

/** The ways a body may be compressed although none was asked for. */
const DECODERS: Readonly<
  Record<string, (body: Buffer, most: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/** Statuses whose replies have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * `fetch` for model requests: it reads each reply whole, and takes a text to send or nothing.
 *
 * It never follows a redirect: a prompt goes only where the operator pointed it. What is asked of this machine stays on this
 * machine. A reply that grows past a bound, or breaks off, has a body that fails.
 */
export const boundedFetch: typeof fetch = async (input, init = {}) => {
  const { method = 'GET', headers, body, signal } = init
  if (!(typeof input === 'string' || input instanceof URL) || !(body == null || typeof body === 'string'))
    throw new TypeError('A request to a model has a URL, and a text or nothing.')
  signal?.throwIfAborted()
  try {
    const sent = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body ?? undefined,
      signal,
    }
    const reply = await wholeReply(new URL(input), sent)
    const coding = reply.headers['content-encoding']
    const came = coding === undefined ? reply.body : await decoded(reply.body, coding)
    if (came instanceof Error) signal?.throwIfAborted()
    return responseOf(reply, came)
  } catch (error) {
    // As of `fetch`: packages take this message for a failure of the connection.
    throw signal?.aborted === true ? signal.reason : new TypeError('fetch failed', { cause: error })
  }
}

/** A body as it was before it was compressed. */
async function decoded(body: Buffer | Error, coding: string): Promise<Buffer | Error> {
  const name = coding.trim().toLowerCase()
  if (name === 'identity' || body instanceof Error) return body
  const decode = DECODERS[name]
  if (decode === undefined) throw new Error(`The reply is compressed as ${name}, which was not asked for.`)
  return await decode(body, { maxOutputLength: MAX_REPLY_BYTES }).catch((error: Error) =>
    'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : error,
  )
}

function responseOf({ status, reason, headers }: WholeReply, body: Buffer | Error): Response {
  const given = body instanceof Error ? failing(body) : body
  return new Response(WITHOUT_BODY.has(status) ? null : given, {
    status,
    statusText: reason,
    headers: listed(headers),
  })
}

function listed(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)])
}

function failing(error: Error): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.error(error) })
}
