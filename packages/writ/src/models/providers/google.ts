import { loadOptional } from '../optional-package.ts'
import type { Provider } from '../provider.ts'
import { geminiUsage } from '../usage-readers.ts'
import { openVendor, type Vendor } from '../vendor.ts'

const GOOGLE: Vendor = {
  url: 'https://generativelanguage.googleapis.com/v1beta',
  key: { env: 'GOOGLE_GENERATIVE_AI_API_KEY', host: 'generativelanguage.googleapis.com' },
  usage: geminiUsage,
  load: async () => {
    const { createGoogle } = await loadOptional('@ai-sdk/google', () => import('@ai-sdk/google'))
    return (reach, name) => createGoogle(reach)(name)
  },
}

/** Google's Gemini API, or a server that speaks it. */
export const google: Provider = {
  prefix: 'google/',
  ids: 'google/<model>',
  url: () => GOOGLE.url,
  key: GOOGLE.key,
  open: (name, choice) => openVendor(GOOGLE, name, choice),
}
