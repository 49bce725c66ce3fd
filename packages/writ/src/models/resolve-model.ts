import { WritError } from '@writ/contract'
import { openCompatible } from './compatible.ts'
import { keyFor, type ModelChoice, type ResolvedModel, usableUrl } from './provider.ts'
import { PROVIDERS, providerOf } from './providers/index.ts'

/**
 * Turns a model id into the model port, its window, price and place. Loads a provider's package only when it is
 * needed. Rejects with `UNKNOWN_MODEL` for an id nothing here can answer, `USAGE` for a base URL or key that cannot be
 * used, and `MODEL_NOT_GIVEN` for the id of a model object.
 */
export async function resolveModel(choice: ModelChoice): Promise<ResolvedModel> {
  const { id, baseUrl, apiKey } = choice
  const provider = providerOf(id)
  if (provider !== undefined && id !== provider.prefix)
    return await provider.open(id.slice(provider.prefix.length), choice)
  // A prefix without a name after it is no model, at no server: the ids of a provider are its own.
  if (provider === undefined && baseUrl !== undefined) {
    const url = usableUrl(baseUrl)
    return await openCompatible(choice, id, url, keyFor(url, apiKey))
  }
  const ids = PROVIDERS.flatMap((known) => (known.ids === undefined ? [] : [known.ids]))
  throw new WritError(
    'UNKNOWN_MODEL',
    `No model "${id}" is known. What works: ${ids.join(', ')}, any id with --base-url.`,
  )
}
