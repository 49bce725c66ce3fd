import type { LanguageModelV4, LanguageModelV4Usage } from '@ai-sdk/provider'
import { defined } from '@writ/contract'

/**
 * The same chat-completions model, whose usage is what its server reports. The provider's package turns every number
 * that is missing into 0; here it stays missing.
 */
export function reportedUsage(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: async (options) => {
      const result = await model.doGenerate(options)
      return { ...result, usage: reported(result.usage) }
    },
    doStream: (options) => model.doStream(options),
  }
}

function reported({ raw, inputTokens, outputTokens }: LanguageModelV4Usage): LanguageModelV4Usage {
  const [input, output] = [numberIn(raw, 'prompt_tokens'), numberIn(raw, 'completion_tokens')]
  return {
    inputTokens: { ...inputTokens, total: input },
    outputTokens: { ...outputTokens, total: withHidden(input, output, numberIn(raw, 'total_tokens')) },
    ...defined({ raw }),
  }
}

/** Some servers count hidden reasoning in the total alone; it is billed as output. */
function withHidden(
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): number | undefined {
  if (input === undefined || output === undefined || total === undefined) return output
  return Math.max(output, total - input)
}

function numberIn(raw: unknown, name: string): number | undefined {
  const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined
  return typeof value === 'number' ? value : undefined
}
