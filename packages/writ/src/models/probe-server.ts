import { boundedFetch } from './bounded-fetch.ts'
import { type ListedModel, llamaModels, lmStudioModels, ollamaModels, openModels } from './listed-models.ts'

/** Programs that serve models, told apart by endpoints of their own. */
export type ServerKind = 'llama.cpp' | 'Ollama' | 'LM Studio' | 'vLLM' | 'OpenAI-compatible server'

/** A server that answers, with the models it lists for text. */
export interface FoundServer {
  readonly kind: ServerKind
  /** Where chat completions are asked for. */
  readonly baseUrl: string
  readonly models: readonly ListedModel[]
}

/** A server on this machine answers at once, or is not there. */
const PROBE_MS = 2_000

/**
 * Asks a server what it is and which models it has; undefined when nothing there lists models. Only lists are read:
 * nothing is generated, loaded or changed. Some servers answer 200 to any path, so shapes decide, never statuses.
 */
export async function probeServer(baseUrl: string, apiKey = ''): Promise<FoundServer | undefined> {
  const root = new URL(baseUrl)
  root.pathname = root.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  const at = root.href.replace(/\/$/, '')
  const get = (path: string): Promise<unknown> => json(`${at}${path}`, apiKey)
  const [props, tags, loaded, studio, listed] = await Promise.all(
    ['/props', '/api/tags', '/api/ps', '/api/v0/models', '/v1/models'].map(get),
  )
  const found = (kind: ServerKind, models: readonly ListedModel[]): FoundServer => ({
    kind,
    baseUrl: `${at}/v1`,
    models,
  })
  // llama.cpp imitates the lists of others, and nobody imitates its properties.
  const llama = llamaModels(props, listed)
  if (llama !== undefined) return found('llama.cpp', llama)
  const ollama = ollamaModels(tags, loaded)
  if (ollama !== undefined) return found('Ollama', ollama)
  const lmStudio = lmStudioModels(studio)
  if (lmStudio !== undefined) return found('LM Studio', lmStudio)
  const open = openModels(listed)
  return open && found(open.vllm ? 'vLLM' : 'OpenAI-compatible server', open.models)
}

/** Servers that answer, in the order they were given. */
export async function findServers(baseUrls: readonly string[]): Promise<readonly FoundServer[]> {
  const found = await Promise.all(baseUrls.map((url) => probeServer(url)))
  return found.filter((server) => server !== undefined)
}

/** What a path holds as JSON; undefined for anything else. */
async function json(url: string, apiKey: string): Promise<unknown> {
  try {
    const response = await boundedFetch(url, {
      headers: apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(PROBE_MS),
    })
    const body: unknown = await response.json()
    return response.ok ? body : undefined
  } catch {
    return undefined
  }
}
