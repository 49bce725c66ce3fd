import { lookup } from 'node:dns/promises'
import { isLoopback } from './location.ts'

/** Most bytes of a model's reply kept: a hundred times the largest text a request may ask for. */
export const MAX_REPLY_BYTES: number = 16 * 1024 * 1024

/** Code of the error that ends a larger one. */
export const REPLY_TOO_LARGE = 'REPLY_TOO_LARGE'

/**
 * `fetch` for model requests: never follows a redirect (a prompt goes only where the operator pointed it), sends to
 * `localhost` only while that is this machine, and ends a reply that grows past a bound.
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.hostname === 'localhost') await requireOwnAddress(url.hostname)
  const response = await fetch(input, { ...init, redirect: 'manual' })
  if (response.body === null || isWithinBound(response.headers)) return response
  return new Response(boundedBody(response.body.getReader()), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  })
}

/** Whether a reply says a length that HTTP holds it to, and comes as it is: what is compressed may grow to any size. */
function isWithinBound(headers: Headers): boolean {
  const length = headers.get('content-length')
  if (length === null || headers.has('transfer-encoding') || headers.has('content-encoding')) return false
  return Number(length) <= MAX_REPLY_BYTES
}

/** The same bytes, read as they are asked for, until they pass the bound. */
function boundedBody(reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  let bytes = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.read()
        if (done) {
          controller.close()
          return
        }
        bytes += value.byteLength
        if (bytes <= MAX_REPLY_BYTES) {
          controller.enqueue(value)
          return
        }
        const message = `the reply passed ${MAX_REPLY_BYTES} bytes`
        const error = Object.assign(new Error(message), { code: REPLY_TOO_LARGE })
        controller.error(error)
        await reader.cancel(error)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read before it is asked for: a stream of its own would read one part ahead.
    { highWaterMark: 0 },
  )
}

/** A system without an entry for `localhost` asks the network for it, whose answer may be any address. */
export async function requireOwnAddress(
  name: string,
  resolve: (name: string) => Promise<readonly { readonly address: string }[]> = allAddresses,
): Promise<void> {
  const elsewhere = (await resolve(name)).find(({ address }) => !isLoopback(address))
  if (elsewhere === undefined) return
  const error = new Error(`${name} is ${elsewhere.address} here, which is not this machine`)
  throw Object.assign(error, { code: 'ENOTFOUND' })
}

function allAddresses(name: string): Promise<readonly { readonly address: string }[]> {
  return lookup(name, { all: true })
}
