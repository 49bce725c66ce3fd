import { openCompatible } from '../compatible.ts'
import { loadOptional } from '../optional-package.ts'
import { keyFor, OPENAI_KEY, type Provider, usableUrl } from '../provider.ts'
import { chatUsage } from '../usage-readers.ts'
import { openVendor, type Vendor } from '../vendor.ts'

const OPENAI: Vendor = {
  url: 'https://api.openai.com/v1',
  key: OPENAI_KEY,
  usage: chatUsage,
  load: async () => {
    const { createOpenAI } = await loadOptional('@ai-sdk/openai', () => import('@ai-sdk/openai'))
    return (reach, name) => createOpenAI(reach).chat(name)
  },
}

/** OpenAI by chat completions, or with a base URL a server that passes requests on and knows its models by their whole ids. */
export const openai: Provider = {
  prefix: 'openai/',
  ids: 'openai/<model>',
  url: () => OPENAI.url,
  movedBy: 'OPENAI_BASE_URL',
  key: OPENAI_KEY,
  open: async (name, choice) => {
    const { id, baseUrl, apiKey } = choice
    if (baseUrl === undefined) return await openVendor(OPENAI, name, choice)
    const url = usableUrl(baseUrl)
    const known = url.origin === new URL(OPENAI.url).origin ? name : id
    return await openCompatible(choice, known, url, keyFor(url, apiKey))
  },
}
