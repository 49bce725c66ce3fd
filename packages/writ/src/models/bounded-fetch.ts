/** Most bytes of a model's reply kept: a hundred times the largest text a request may ask for. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024

/**
 * `fetch` for model requests: never follows a redirect (a prompt goes only where the operator pointed it) and ends a
 * reply that grows past a bound.
 */
export const boundedFetch: typeof fetch = async (input, init) => {
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
