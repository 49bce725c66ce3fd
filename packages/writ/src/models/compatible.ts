import { boundedFetch } from './bounded-fetch.ts'
import { hideKey } from './hide-key.ts'
import { locationOf } from './location.ts'
import { type ModelChoice, modelDigest, type ResolvedModel, stated } from './provider.ts'
import { reportedUsage } from './reported-usage.ts'
import { chatUsage } from './usage-readers.ts'

/** Reaches an OpenAI-compatible server, which is asked for the model by a name of its own. */
export async function openCompatible(
  choice: ModelChoice,
  name: string,
  url: URL,
  apiKey: string,
): Promise<ResolvedModel> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const provider = createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: url.href,
    includeUsage: true,
    fetch: boundedFetch,
    ...(apiKey === '' ? {} : { apiKey }),
  })
  return {
    ...stated(choice),
    languageModel: hideKey(reportedUsage(provider.chatModel(name), chatUsage), apiKey),
    title: `${choice.id} at ${url.host}`,
    location: locationOf(url),
    digest: modelDigest(choice.id, url.origin),
  }
}
