import { lookup } from 'node:dns/promises'
import { isLoopback } from './location.ts'

/** Most bytes of a model's reply kept: a hundred times the largest text a request may ask for. */
export const MAX_REPLY_BYTES: number = 16 * 1024 * 1024

/**
 * `fetch` for model requests: never follows a redirect (a prompt goes only where the operator pointed it), sends to
 * `localhost` only while that is this machine, and ends a reply that grows past a bound.
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.hostname === 'localhost') await requireOwnAddress(url.hostname)
  const response = await fetch(input, { ...init, redirect: 'manual' })
  if (response.body === null) return response
  let bytes = 0
  const bounded = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller): void {
        bytes += chunk.byteLength
        if (bytes > MAX_REPLY_BYTES) controller.error(new Error(`the reply passed ${MAX_REPLY_BYTES} bytes`))
        else controller.enqueue(chunk)
      },
    }),
  )
  return new Response(bounded, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  })
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
