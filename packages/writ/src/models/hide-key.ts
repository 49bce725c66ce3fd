import { APICallError, type LanguageModelV4 } from '@ai-sdk/provider'

const HIDDEN = '[key]'

/**
 * The same model, whose errors carry neither the key nor the request. The key itself stays in the provider's closure;
 * a server that echoes it back would otherwise put it into logs and records.
 */
export function hideKey(model: LanguageModelV4, key: string): LanguageModelV4 {
  const scrub = (text: string): string => (key === '' ? text : text.split(key).join(HIDDEN))
  const guarded = async <T>(call: () => PromiseLike<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      throw scrubbed(error, scrub)
    }
  }
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => guarded(() => model.doGenerate(options)),
    doStream: (options) => guarded(() => model.doStream(options)),
  }
}

function scrubbed(error: unknown, scrub: (text: string) => string): unknown {
  if (APICallError.isInstance(error)) {
    const { statusCode, responseHeaders, responseBody } = error
    return new APICallError({
      message: scrub(error.message),
      url: '',
      requestBodyValues: undefined,
      isRetryable: error.isRetryable,
      cause: codeOnly(error),
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(responseHeaders === undefined ? {} : { responseHeaders: scrubHeaders(responseHeaders, scrub) }),
      ...(responseBody === undefined ? {} : { responseBody: scrub(responseBody) }),
    })
  }
  if (!(error instanceof Error)) return new Error(scrub(String(error)))
  const clean = new Error(scrub(error.message), { cause: codeOnly(error) })
  clean.name = error.name
  return clean
}

function scrubHeaders(
  headers: Record<string, string>,
  scrub: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, scrub(value)]))
}

/** The system error code nearest the surface of an error's causes, which is all a caller needs of them. */
export function errorCode(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    current = 'cause' in current ? current.cause : undefined
  }
  return undefined
}

function codeOnly(error: unknown): { code: string } | undefined {
  const code = errorCode(error)
  return code === undefined ? undefined : { code }
}
