import type { LanguageModelV4GenerateResult, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { defined, type Message, type ModelCaller, type ModelReply, whole } from '@writ/contract'
import { callFailure, notSent, requestIdOf, uselessReply } from './call-failure.ts'
import { refusedOutright } from './refusal.ts'

/**
 * Makes exactly one request and never retries. Rejects with a WritError: `MODEL_FAILED` (trying again can help),
 * `MODEL_REJECTED`, `MODEL_TIMEOUT`, or what the signal was aborted with; its `data` is a `ModelFailure`.
 */
export const callModel: ModelCaller = async (model, request) => {
  const { signal } = request
  if (signal.aborted) throw notSent(signal)
  let result: LanguageModelV4GenerateResult
  try {
    result = await model.doGenerate({
      prompt: promptOf(request.messages),
      maxOutputTokens: request.maxOutputTokens,
      // Without the schema: it is in the prompt, and providers refuse many that are valid.
      ...(request.json === true ? { responseFormat: { type: 'json' as const } } : {}),
      abortSignal: signal,
      headers: { ...request.headers },
    })
  } catch (error) {
    throw callFailure(error, signal, Date.now())
  }
  const sentBytes = request.messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  return { ...replyOf(result, request.maxOutputTokens), sentBytes }
}

function replyOf(result: LanguageModelV4GenerateResult, most: number): Omit<ModelReply, 'sentBytes'> {
  const { response, usage } = result
  const requestId = requestIdOf(response?.headers, response?.id)
  const finishReason = result.finishReason.unified
  const text = refusedOutright(response?.body) ? '' : textOf(result)
  if (finishReason === 'error') {
    throw uselessReply('MODEL_FAILED', 'The model stopped because of an error of its own.', requestId)
  }
  if (text.trim() === '' && finishReason === 'content-filter') {
    throw uselessReply('MODEL_REJECTED', 'The provider declined to answer this request.', requestId)
  }
  if (text.trim() === '') {
    const why =
      finishReason === 'length'
        ? `: all ${whole(most)} output tokens were used before any came; hidden reasoning counts among them.`
        : ` (it ended with "${finishReason}").`
    throw uselessReply('MODEL_FAILED', `The reply holds no text${why}`, requestId)
  }
  return {
    text,
    finishReason,
    inputTokens: wholeNumber(usage.inputTokens.total),
    outputTokens: wholeNumber(usage.outputTokens.total),
    ...defined({ cachedInputTokens: wholeNumber(usage.inputTokens.cacheRead) ?? undefined }),
    receivedBytes: bytesReceived(result),
    requestId,
    status: 200,
  }
}

function promptOf(messages: readonly Message[]): LanguageModelV4Prompt {
  return messages.map(({ role, text }) =>
    role === 'system' ? { role, content: text } : { role, content: [{ type: 'text', text }] },
  )
}

/** Bytes of all text that came back, hidden reasoning included: it is output, too. */
function bytesReceived({ content }: LanguageModelV4GenerateResult): number {
  return content.reduce((sum, part) => sum + ('text' in part ? Buffer.byteLength(part.text) : 0), 0)
}

function textOf(result: LanguageModelV4GenerateResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** What a record can hold; anything else is no number of tokens. */
function wholeNumber(tokens: number | undefined): number | null {
  return tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null
}
