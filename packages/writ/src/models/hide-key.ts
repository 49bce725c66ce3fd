import { APICallError, type LanguageModelV4, type LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { defined } from '@writ/contract'

const HIDDEN = '[key]'

type Scrub = (text: string) => string

const asItIs: Scrub = (text) => text

/** A key of fewer characters (`EMPTY`, `none`) is no secret and may be a word of an answer. */
const LEAST_SECRET_CHARS = 12

/**
 * The same model, whose errors carry neither the key nor the request, and whose replies carry the key nowhere that is
 * recorded. The key stays in the provider's closure; a server that echoes it would otherwise put it into logs and records.
 */
export function hideKey(model: LanguageModelV4, key: string): LanguageModelV4 {
  const scrub = key === '' ? asItIs : (text: string): string => text.split(key).join(HIDDEN)
  const inText = key.length < LEAST_SECRET_CHARS ? asItIs : scrub
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
    doGenerate: (options) =>
      guarded(async () => {
        const { content, response, finishReason, ...rest } = await model.doGenerate(options)
        return {
          ...rest,
          content: everyString(content, inText),
          finishReason: everyString(finishReason, scrub),
          ...(response === undefined ? {} : { response: withoutKey(response, scrub) }),
        }
      }),
    doStream: (options) => guarded(() => model.doStream(options)),
  }
}

function scrubbed(error: unknown, scrub: Scrub): unknown {
  if (APICallError.isInstance(error)) {
    const { statusCode, responseHeaders, responseBody } = error
    return new APICallError({
      message: scrub(error.message),
      url: '',
      requestBodyValues: undefined,
      isRetryable: error.isRetryable,
      cause: codeOnly(error),
      ...defined({ statusCode }),
      ...(responseHeaders === undefined ? {} : { responseHeaders: everyString(responseHeaders, scrub) }),
      // Some packages put something else there than their type says.
      ...(typeof responseBody === 'string' ? { responseBody: scrub(responseBody) } : {}),
    })
  }
  if (!(error instanceof Error)) return new Error(scrub(String(error)))
  const clean = new Error(scrub(error.message), { cause: codeOnly(error) })
  clean.name = error.name
  return clean
}

type Response = NonNullable<LanguageModelV4GenerateResult['response']>

/** What a reply says of itself: headers, ids, names. Nothing of its body is recorded but what became content. */
function withoutKey({ body, ...said }: Response, scrub: Scrub): Response {
  const clean = everyString(said, scrub)
  return body === undefined ? clean : { ...clean, body }
}

/** A copy of plain data with every string in it, names of fields included, replaced. */
function everyString<T>(value: T, replace: Scrub): T
function everyString(value: unknown, replace: Scrub): unknown {
  if (replace === asItIs) return value
  if (typeof value === 'string') return replace(value)
  if (Array.isArray(value)) return value.map((item) => everyString(item, replace))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [replace(name), everyString(field, replace)]),
  )
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
