import type { LanguageModelV4 } from '@ai-sdk/provider'
import { loadOptional } from '../optional-package.ts'
import { OPENAI_KEY, type Provider } from '../provider.ts'
import { responsesUsage } from '../usage-readers.ts'
import { openVendor, type Vendor } from '../vendor.ts'

const RESPONSES: Vendor = {
  url: 'https://api.openai.com/v1',
  key: OPENAI_KEY,
  usage: responsesUsage,
  load: async () => {
    const { createOpenAI } = await loadOptional('@ai-sdk/openai', () => import('@ai-sdk/openai'))
    return (reach, name) => unstored(createOpenAI(reach).responses(name))
  },
}

/** OpenAI by the Responses API, or a server that speaks it. */
export const openaiResponses: Provider = {
  prefix: 'openai-responses/',
  ids: 'openai-responses/<model>',
  url: () => RESPONSES.url,
  movedBy: 'OPENAI_BASE_URL',
  key: OPENAI_KEY,
  open: (name, choice) => openVendor(RESPONSES, name, choice),
}

/** The same model, whose server is told to keep nothing: this API stores each exchange unless it is told not to. */
function unstored(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate({ ...options, providerOptions: { openai: { store: false } } }),
    doStream: (options) => model.doStream(options),
  }
}
