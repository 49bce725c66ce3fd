import type { LanguageModelV4 } from '@ai-sdk/provider'
import { WritError } from '@writ/contract'
import { hideKey } from './hide-key.ts'
import { locationOf } from './location.ts'
import {
  keyFor,
  type ModelChoice,
  modelDigest,
  type ProviderKey,
  type ResolvedModel,
  stated,
  usableUrl,
} from './provider.ts'
import { reportedUsage } from './reported-usage.ts'
import { singleRequest } from './single-request.ts'
import type { UsageReader } from './usage-readers.ts'

/** What the package of a vendor needs to reach a model. */
interface Reach {
  readonly apiKey: string
  readonly baseURL: string
  readonly fetch: typeof fetch
}

/** A vendor of models: where it is, whose key it takes, and how its protocol is spoken. */
export interface Vendor {
  /** Named here, not left to the package, which would take it from an environment variable. */
  readonly url: string
  readonly key: ProviderKey
  readonly usage: UsageReader
  /** Loads the package; what it gives makes a model. Rejects with `PROVIDER_NOT_INSTALLED`. */
  load(): Promise<(reach: Reach, name: string) => LanguageModelV4>
}

/** Reaches a model of a vendor at its own server, or in the same protocol at the base URL of the choice. */
export async function openVendor(vendor: Vendor, name: string, choice: ModelChoice): Promise<ResolvedModel> {
  const { id, baseUrl } = choice
  const url = usableUrl(baseUrl ?? vendor.url)
  const own = url.origin === new URL(vendor.url).origin
  const apiKey = keyFor(url, choice.apiKey, vendor.key.env)
  if (apiKey === '' && own)
    throw new WritError('UNKNOWN_MODEL', `"${id}" needs an API key, and none is set.`, {
      next: `Set ${vendor.key.env}, or give --key-env <NAME>.`,
    })
  const model = await vendor.load()
  const baseURL = baseUrl === undefined ? vendor.url : url.href
  const reached = singleRequest((send) => model({ apiKey, baseURL, fetch: send }, name))
  return {
    ...stated(choice),
    languageModel: hideKey(reportedUsage(reached, vendor.usage), apiKey),
    title: own ? id : `${id} at ${url.host}`,
    location: locationOf(url),
    digest: modelDigest(id, url.origin),
  }
}
