import type { ModelLocation } from '@writ/contract'
import { locationOf } from './location.ts'
import { namesModelObject } from './model-object.ts'
import { type ModelChoice, modelDigest, OPENAI_KEY, usableUrl } from './provider.ts'
import { providerOf } from './providers/index.ts'

/** Where a model would be reached, as far as its name and what was configured say. */
export interface ModelPlace {
  readonly location: ModelLocation
  /** Null for a model of this process. */
  readonly server: URL | null
  readonly digest: string
  /** The variable that its key is usually in; null where it takes none. */
  readonly keyVariable: string | null
}

/** The place of a named model, without a key or a request; undefined where nothing says which server has it. */
export function placeOf(
  id: string,
  choice: Pick<ModelChoice, 'baseUrl' | 'ollamaHost'>,
): ModelPlace | undefined {
  const provider = providerOf(id)
  if (id === 'builtin/extractive')
    return { location: 'builtin', server: null, digest: modelDigest(id, 'builtin'), keyVariable: null }
  if (id.startsWith('builtin/') || namesModelObject(id)) return undefined
  const { baseUrl } = choice
  const text = baseUrl ?? provider?.url?.(choice)
  if (text === undefined) return undefined
  const server = usableUrl(text)
  const keyless = provider?.url !== undefined && provider.key === undefined && baseUrl === undefined
  return {
    location: locationOf(server),
    server,
    digest: modelDigest(id, server.origin),
    keyVariable: keyless ? null : (provider?.key ?? OPENAI_KEY).env,
  }
}
