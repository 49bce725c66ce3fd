import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4FinishReason,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { defined } from '@writ/contract'
import { field } from './field.ts'
import { REFUSAL, refusedOutright } from './refusal.ts'
import { MAX_REPLY_BYTES } from './whole-reply.ts'

// Between Writ and an object that some program wrote. What the object gives is held against what a hostile server could
// send: each field is looked at once, copied if it is what it should be, and otherwise not there.

const MOST_PARTS = 10_000
/** Characters of an error that are looked at; fewer are kept. */
const MOST_CHARS = 4_000

const FINISH_REASONS: readonly string[] = [
  'stop',
  'length',
  'content-filter',
  'tool-calls',
  'error',
  'interrupted',
] satisfies LanguageModelV4FinishReason['unified'][]

/** Headers that a reply is understood by. */
const HEADERS = ['retry-after-ms', 'retry-after', 'date', 'x-request-id', 'request-id']

/**
 * The same model behind a wall: a call ends when its signal does, gives plain data, and fails with a plain error that never
 * says that nothing was sent. Only `generate`, the `doGenerate` it had when it was given, is ever called.
 */
export function guardedModel(
  object: object,
  generate: LanguageModelV4['doGenerate'],
  provider: string,
  modelId: string,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    doGenerate: (options) => answerOf(object, generate, options),
    doStream: () => Promise.reject(new Error('A model object is asked for whole replies only.')),
  }
}

/** INVARIANT: settles once the signal has, whatever the object does; what comes later is dropped. */
function answerOf(
  object: object,
  generate: LanguageModelV4['doGenerate'],
  { abortSignal, ...asked }: LanguageModelV4CallOptions,
): Promise<LanguageModelV4GenerateResult> {
  // A signal of its own: what the object does to it does not reach the run's.
  const own = new AbortController()
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new Error('the call was ended'))
      own.abort()
    }
    if (abortSignal?.aborted === true) return stop()
    abortSignal?.addEventListener('abort', stop, { once: true })
    // Taken apart before it settles anything: a value whose `then` changes would hold the outer promise for ever.
    void new Promise((answer) =>
      answer(Reflect.apply(generate, object, [{ ...asked, abortSignal: own.signal }])),
    )
      .then(plainResult, (thrown: unknown) => Promise.reject(plainError(thrown)))
      .then(resolve, reject)
      .finally(() => abortSignal?.removeEventListener('abort', stop))
  })
}

function plainResult(value: unknown): LanguageModelV4GenerateResult {
  const result = readResult(value)
  if (typeof result !== 'string') return result
  // As of a server that answers 200 with rubbish.
  throw new APICallError({ message: result, url: '', requestBodyValues: undefined, statusCode: 200 })
}

/** What came back as plain data, or why it cannot be used. */
function readResult(value: unknown): LanguageModelV4GenerateResult | string {
  try {
    const content = textsIn(field(value, 'content'))
    if (typeof content === 'string') return content
    const unified = field(field(value, 'finishReason'), 'unified')
    const usage = field(value, 'usage')
    const response = field(value, 'response')
    const id = field(response, 'id')
    return {
      content,
      finishReason: { unified: isFinishReason(unified) ? unified : 'other', raw: undefined },
      usage: {
        inputTokens: inputIn(field(usage, 'inputTokens')),
        outputTokens: { ...NO_OUTPUT, total: numberIn(field(usage, 'outputTokens'), 'total') },
      },
      warnings: [],
      response: {
        ...(typeof id === 'string' ? { id } : {}),
        headers: headersIn(field(response, 'headers')),
        // Of a body only this is looked at: a refusal tells itself from an answer by nothing else.
        body: refusedOutright(field(response, 'body')) ? REFUSAL : undefined,
      },
    }
  } catch {
    return 'looking at it failed'
  }
}

const NO_OUTPUT = { text: undefined, reasoning: undefined }

function textsIn(content: unknown): LanguageModelV4GenerateResult['content'] | string {
  if (!Array.isArray(content)) return 'it has no list of content'
  const { length } = content
  if (length > MOST_PARTS) return `it has more than ${MOST_PARTS} parts`
  const texts: LanguageModelV4GenerateResult['content'] = []
  let bytes = 0
  for (let at = 0; at < length; at += 1) {
    const part: unknown = content[at]
    const type = field(part, 'type')
    if (type !== 'text' && type !== 'reasoning') continue
    const text = field(part, 'text')
    if (typeof text !== 'string') return `a part of type ${type} has no text`
    bytes += Buffer.byteLength(text)
    if (bytes > MAX_REPLY_BYTES) return `it passed ${MAX_REPLY_BYTES} bytes`
    texts.push({ type, text })
  }
  return texts
}

function isFinishReason(value: unknown): value is LanguageModelV4FinishReason['unified'] {
  return typeof value === 'string' && FINISH_REASONS.includes(value)
}

/** What is reported, which the kernel believes where it is plausible. */
function inputIn(tokens: unknown): LanguageModelV4Usage['inputTokens'] {
  const [total, cacheRead] = [numberIn(tokens, 'total'), numberIn(tokens, 'cacheRead')]
  return { total, cacheRead, noCache: undefined, cacheWrite: undefined }
}

function numberIn(tokens: unknown, name: string): number | undefined {
  const value = field(tokens, name)
  return typeof value === 'number' ? value : undefined
}

function headersIn(headers: unknown): Record<string, string> {
  const said = HEADERS.map((name) => [name, field(headers, name)] as const)
  return Object.fromEntries(
    said.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.slice(0, MOST_CHARS)]] : [])),
  )
}

/**
 * A copy of what an object threw. Its word that nothing was sent counts for nothing: a code such as ECONNREFUSED is left
 * behind, so the attempt is charged its worst case. A status is believed as a server's would be.
 */
function plainError(thrown: unknown): Error {
  try {
    if (!APICallError.isInstance(thrown)) return new Error(wordsOf(thrown))
    const status: unknown = thrown.statusCode
    const known = typeof status === 'number' && Number.isInteger(status) && status >= 300 && status <= 599
    const body: unknown = thrown.responseBody
    return new APICallError({
      message: wordsOf(thrown),
      url: '',
      requestBodyValues: undefined,
      responseHeaders: headersIn(thrown.responseHeaders),
      ...defined({
        statusCode: known ? status : undefined,
        // Whether there was one tells how far the server came; what it said is not needed.
        responseBody: typeof body === 'string' ? '' : undefined,
      }),
    })
  } catch {
    return new Error('it threw what cannot be looked at')
  }
}

function wordsOf(thrown: unknown): string {
  const said = typeof thrown === 'object' ? field(thrown, 'message') : thrown
  return typeof said === 'string' ? said.slice(0, MOST_CHARS) : 'it threw something without a message'
}
