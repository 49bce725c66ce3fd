import { WritError } from '@writ/contract'
import { boundedFetch } from '../bounded-fetch.ts'
import { openCompatible } from '../compatible.ts'
import { hideKey } from '../hide-key.ts'
import {
  keyFor,
  type ModelChoice,
  modelDigest,
  type Provider,
  type ResolvedModel,
  stated,
  usableUrl,
} from '../provider.ts'
import { reportedUsage } from '../reported-usage.ts'

/** Named here, not left to the provider's package, which would take it from an environment variable. */
const OPENAI_URL = 'https://api.openai.com/v1'

/** OpenAI, or with a base URL a server that passes requests on and knows its models by their whole ids. */
export const openai: Provider = {
  prefix: 'openai/',
  ids: 'openai/<model>',
  ownServer: true,
  open: async (name, choice) => {
    const { id, baseUrl, apiKey } = choice
    if (baseUrl === undefined) return await atOpenAI(name, choice)
    const url = usableUrl(baseUrl)
    const known = url.origin === new URL(OPENAI_URL).origin ? name : id
    return await openCompatible(choice, known, url, keyFor(url, apiKey))
  },
}

async function atOpenAI(name: string, choice: ModelChoice): Promise<ResolvedModel> {
  const { id } = choice
  const apiKey = keyFor(new URL(OPENAI_URL), choice.apiKey)
  if (apiKey === '') throw new WritError('UNKNOWN_MODEL', `"${id}" needs an API key, and none is set.`)
  const { createOpenAI } = await import('@ai-sdk/openai')
  const provider = createOpenAI({ apiKey, baseURL: OPENAI_URL, fetch: boundedFetch })
  return {
    ...stated(choice),
    languageModel: hideKey(reportedUsage(provider.chat(name)), apiKey),
    title: id,
    location: 'remote',
    digest: modelDigest(id, new URL(OPENAI_URL).origin),
  }
}
