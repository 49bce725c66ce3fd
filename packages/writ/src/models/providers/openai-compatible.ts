import { WritError } from '@writ/contract'
import { openCompatible } from '../compatible.ts'
import { keyFor, type Provider, usableUrl } from '../provider.ts'

/** A server at a base URL that speaks the OpenAI protocol, asked for a model whose name may look like one of a vendor. */
export const openaiCompatible: Provider = {
  prefix: 'openai-compatible/',
  ids: 'openai-compatible/<model> with --base-url',
  open: async (name, choice) => {
    const { id, baseUrl, apiKey } = choice
    if (baseUrl === undefined)
      throw new WritError('UNKNOWN_MODEL', `"${id}" names no server.`, { next: 'Give --base-url <url>.' })
    const url = usableUrl(baseUrl)
    return await openCompatible(choice, name, url, keyFor(url, apiKey))
  },
}
