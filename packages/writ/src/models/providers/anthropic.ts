import { loadOptional } from '../optional-package.ts'
import type { Provider } from '../provider.ts'
import { messagesUsage } from '../usage-readers.ts'
import { openVendor, type Vendor } from '../vendor.ts'

const ANTHROPIC: Vendor = {
  url: 'https://api.anthropic.com/v1',
  key: { env: 'ANTHROPIC_API_KEY', host: 'api.anthropic.com' },
  usage: messagesUsage,
  load: async () => {
    const { createAnthropic } = await loadOptional('@ai-sdk/anthropic', () => import('@ai-sdk/anthropic'))
    return (reach, name) => createAnthropic(reach)(name)
  },
}

/** Anthropic, or a server that speaks its Messages API. */
export const anthropic: Provider = {
  prefix: 'anthropic/',
  ids: 'anthropic/<model>',
  url: () => ANTHROPIC.url,
  key: ANTHROPIC.key,
  open: (name, choice) => openVendor(ANTHROPIC, name, choice),
}
