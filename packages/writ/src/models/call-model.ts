import type { LanguageModelV4GenerateResult, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { Message, ModelCaller, ModelReply } from '@writ/contract'
import { callFailure, notSent, requestIdOf, uselessReply } from './call-failure.ts'

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
      abortSignal: signal,
      headers: { ...request.headers },
    })
  } catch (error) {
    throw callFailure(error, signal, Date.now())
  }
  return replyOf(result)
}

function replyOf(result: LanguageModelV4GenerateResult): ModelReply {
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
    throw uselessReply(
      'MODEL_FAILED',
      `The reply holds no text (it ended with "${finishReason}").`,
      requestId,
    )
  }
  return {
    text,
    finishReason,
    inputTokens: believable(usage.inputTokens.total),
    outputTokens: believable(usage.outputTokens.total),
    requestId,
    status: 200,
  }
}

function promptOf(messages: readonly Message[]): LanguageModelV4Prompt {
  return messages.map(({ role, text }) =>
    role === 'system' ? { role, content: text } : { role, content: [{ type: 'text', text }] },
  )
}

function textOf(result: LanguageModelV4GenerateResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The port gives a refusal as text; without text of its own beside it, it is no answer. */
function refusedOutright(body: unknown): boolean {
  const message = path(path(path(path(body, 'choices'), '0'), 'message'), 'refusal')
  const content = path(path(path(path(body, 'choices'), '0'), 'message'), 'content')
  return typeof message === 'string' && message !== '' && (content === null || content === '')
}

function path(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function believable(tokens: number | undefined): number | null {
  return tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null
}
