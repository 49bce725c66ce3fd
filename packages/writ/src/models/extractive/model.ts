import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { conversationOf } from './conversation.ts'
import { answerLeaf } from './leaf.ts'
import { writeTurn } from './root.ts'

export { exactLinks, exactQuery, planQuestion } from './plan-question.ts'

/** Tokens of context the model declares; a quarter of them holds the longest program it writes. */
export const EXTRACTIVE_WINDOW = 20_000
/** There is no tokenizer; this many characters are called a token. */
const CHARS_PER_TOKEN = 4

/**
 * The built-in model: no neural network, no network, no randomness. It is exact or it gives passages, as `planQuestion`
 * says. As the model of a frame it writes REPL code that counts literals or finds passages, and cites them; as the model
 * of a sub-call it quotes sentences by their words. Rejects like a provider would (status 400) when a prompt does not fit
 * its window.
 */
export function createExtractiveModel(): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'builtin',
    modelId: 'extractive',
    supportedUrls: {},
    doGenerate: async (options) => generate(options),
    doStream: async (options) => ({ stream: ReadableStream.from(streamOf(generate(options))) }),
  }
}

function generate({
  prompt,
  maxOutputTokens,
  abortSignal,
}: LanguageModelV4CallOptions): LanguageModelV4GenerateResult {
  abortSignal?.throwIfAborted()
  const input = tokensIn(prompt.map((message) => textLength(message.content)))
  if (input > EXTRACTIVE_WINDOW) throw tooLong(input)
  const conversation = conversationOf(prompt)
  const most = (maxOutputTokens ?? EXTRACTIVE_WINDOW) * CHARS_PER_TOKEN
  const whole =
    conversation.role === 'frame' ? writeTurn(conversation, most) : answerLeaf(conversation.prompt)
  const text = whole.slice(0, most)
  const output = tokensIn([text.length])
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: text.length < whole.length ? 'length' : 'stop', raw: undefined },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
    warnings: [],
  }
}

function* streamOf({
  content,
  usage,
  finishReason,
}: LanguageModelV4GenerateResult): Generator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] }
  for (const part of content) {
    if (part.type !== 'text') continue
    yield { type: 'text-start', id: '0' }
    yield { type: 'text-delta', id: '0', delta: part.text }
    yield { type: 'text-end', id: '0' }
  }
  yield { type: 'finish', usage, finishReason }
}

function textLength(content: string | readonly { readonly type: string }[]): number {
  if (typeof content === 'string') return content.length
  return content.reduce(
    (sum, part) => sum + ('text' in part && typeof part.text === 'string' ? part.text.length : 0),
    0,
  )
}

function tokensIn(lengths: readonly number[]): number {
  return Math.ceil(lengths.reduce((sum, length) => sum + length, 0) / CHARS_PER_TOKEN)
}

function tooLong(tokens: number): APICallError {
  return new APICallError({
    message: `${tokens} tokens are more than this model's window of ${EXTRACTIVE_WINDOW}.`,
    url: '',
    requestBodyValues: undefined,
    statusCode: 400,
    responseBody: '',
    isRetryable: false,
  })
}
