import type { TextReply } from './reply.ts'
import type { SimRequest } from './request.ts'
import type { Tokenizer } from './tokens.ts'

/** A text reply made final: what goes over the wire, and what it really used. */
export interface Completion {
  readonly id: string
  readonly text: string
  readonly finishReason: string
  /** What is said of usage, as it goes over the wire; undefined for nothing. */
  readonly said: unknown
  /** What it was. */
  readonly used: { readonly input: number; readonly output: number }
}

export function complete(request: SimRequest, reply: TextReply, tokenizer: Tokenizer): Completion {
  const text = request.maxTokens === null ? reply.text : tokenizer.cut(reply.text, request.maxTokens)
  const prompt = request.messages.map(({ content }) => content).join('')
  const used = { input: tokenizer.count(prompt), output: tokenizer.count(text) }
  const usage = reply.usage ?? 'honest'
  return {
    id: `chatcmpl-sim-${request.n}`,
    text,
    finishReason: reply.finishReason ?? (text.length < reply.text.length ? 'length' : 'stop'),
    said: saidOf(usage, used),
    used,
  }
}

function saidOf(usage: NonNullable<TextReply['usage']>, used: Completion['used']): unknown {
  if (usage === 'missing') return undefined
  if (typeof usage === 'object' && 'raw' in usage) return usage.raw
  const { input, output } = usage === 'honest' ? used : usage
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

/** The body of a plain reply. */
export function completionBody(request: SimRequest, completion: Completion): string {
  return JSON.stringify({
    id: completion.id,
    object: 'chat.completion',
    created: 0,
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: completion.text },
        finish_reason: completion.finishReason,
      },
    ],
    ...usageField(completion),
  })
}

/** The events of a streamed reply, `[DONE]` included. */
export function completionEvents(request: SimRequest, completion: Completion): string[] {
  const event = (choices: readonly unknown[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: completion.id, object: 'chat.completion.chunk', created: 0, model: request.model, choices, ...more })}\n\n`
  const delta = (content: object, finish: string | null): unknown => ({
    index: 0,
    delta: content,
    finish_reason: finish,
  })
  const pieces = completion.text.match(/[\s\S]{1,400}/g) ?? []
  return [
    event([delta({ role: 'assistant', content: '' }, null)]),
    ...pieces.map((content) => event([delta({ content }, null)])),
    event([delta({}, completion.finishReason)]),
    ...(request.includeUsage && completion.said !== undefined ? [event([], usageField(completion))] : []),
    'data: [DONE]\n\n',
  ]
}

function usageField({ said }: Completion): object {
  return said === undefined ? {} : { usage: said }
}
