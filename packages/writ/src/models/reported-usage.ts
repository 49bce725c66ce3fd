import type { LanguageModelV4, LanguageModelV4Usage } from '@ai-sdk/provider'
import { defined } from '@writ/contract'
import type { UsageReader } from './usage-readers.ts'

/**
 * The same model, whose usage is what its server reports. Packages of providers turn numbers that are missing into 0;
 * here they stay missing.
 */
export function reportedUsage(model: LanguageModelV4, read: UsageReader): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: async (options) => {
      const result = await model.doGenerate(options)
      return { ...result, usage: reported(result.usage, read) }
    },
    doStream: (options) => model.doStream(options),
  }
}

function reported(
  { raw, inputTokens, outputTokens }: LanguageModelV4Usage,
  read: UsageReader,
): LanguageModelV4Usage {
  const { input, output, cached } = read(raw)
  return {
    inputTokens: { ...inputTokens, total: input, cacheRead: cached },
    outputTokens: { ...outputTokens, total: output },
    ...defined({ raw }),
  }
}
