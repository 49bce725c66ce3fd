import { APICallError, type LanguageModelV4 } from '@ai-sdk/provider'
import { defined } from '@writ/contract'
import { boundedFetch } from './bounded-fetch.ts'

/**
 * A model that sends one request for each call, through `boundedFetch`. A package that would go on by itself is stopped, since
 * each request is decided and reserved before it is sent.
 */
export function singleRequest(open: (send: typeof fetch) => LanguageModelV4): LanguageModelV4 {
  const { provider, modelId, supportedUrls } = open(boundedFetch)
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls,
    doGenerate: async (options) => {
      const request = oneRequest()
      try {
        return await open(request.send).doGenerate(options)
      } catch (error) {
        throw asAnswered(error, request.status())
      }
    },
    doStream: () => Promise.reject(new Error('A model is asked for whole replies only.')),
  }
}

function oneRequest(): { readonly send: typeof fetch; readonly status: () => number } {
  let sent = false
  let status = 0
  return {
    send: async (input, init) => {
      if (sent) throw new Error('the provider wants another request to finish its reply')
      sent = true
      const response = await boundedFetch(input, init)
      status = response.status
      return response
    },
    status: () => status,
  }
}

/** An error that a package read out of a good reply gets the status of that reply: what came back may be charged. */
function asAnswered(error: unknown, status: number): unknown {
  if (!APICallError.isInstance(error) || status < 200 || status > 299) return error
  const { message, responseHeaders, responseBody, cause } = error
  return new APICallError({
    message,
    url: '',
    requestBodyValues: undefined,
    statusCode: status,
    cause,
    ...defined({ responseHeaders, responseBody }),
  })
}
