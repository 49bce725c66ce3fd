import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'

// Model objects as a program would write them, well behaved or not. For tests only.

export type Generate = (options: LanguageModelV4CallOptions) => unknown

/** A model object of any behaviour. */
export function objectThat(doGenerate: Generate, more: object = {}): LanguageModelV4 {
  const model = { specificationVersion: 'v4', provider: 'lab', modelId: 'm-1', supportedUrls: {}, doGenerate }
  return Object.assign(model, { doStream: doGenerate }, more) as unknown as LanguageModelV4
}

/** What a model object gives for a text; parts of it can be given otherwise. */
export function replied(text: string, more: object = {}): object {
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: { inputTokens: { total: 10 }, outputTokens: { total: 10 } },
    warnings: [],
    ...more,
  }
}
