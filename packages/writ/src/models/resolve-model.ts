import { createHash } from 'node:crypto'
import { type ApiKey, type ModelLocation, type ModelProfile, type Price, WritError } from '@writ/contract'
import { boundedFetch } from './bounded-fetch.ts'
import { hideKey } from './hide-key.ts'
import { locationOf } from './location.ts'
import { ollamaModel, ollamaUrl } from './ollama.ts'
import type { PriceTable } from './prices.ts'
import { reportedUsage } from './reported-usage.ts'

/** Tokens of context assumed for a model whose window nobody stated. */
const DEFAULT_WINDOW = 128_000

/** Named here, not left to the provider's package, which would take it from an environment variable. */
const OPENAI_URL = 'https://api.openai.com/v1'

export interface ModelChoice {
  /** As the user named it; sent verbatim to a server given by `baseUrl`. */
  readonly id: string
  /** An OpenAI-compatible server. */
  readonly baseUrl?: string
  /** Where `ollama/…` is reached without a `baseUrl`, as `OLLAMA_HOST` says it; this machine by default. */
  readonly ollamaHost?: string
  /** May be empty for a server that asks for none. Lives only in the provider's closure. */
  readonly apiKey?: ApiKey
  readonly contextWindow?: number
  readonly price?: Price
  readonly priceTable: PriceTable
}

/** A profile but for the facts policy knows, which are the operator's to state. */
export interface ResolvedModel extends Omit<ModelProfile, 'facts'> {
  readonly location: ModelLocation
  /** SHA-256 (hex) of the id and the origin it is reached at. */
  readonly digest: string
}

/**
 * Turns a model id into the model port, its window, price and place. Loads a provider's package only when it is
 * needed. Rejects with `UNKNOWN_MODEL` for an id nothing here can answer, `USAGE` for a base URL or key that cannot be used.
 */
export async function resolveModel(choice: ModelChoice): Promise<ResolvedModel> {
  if (choice.id === 'builtin/extractive') return builtin(choice.id)
  const local = ollamaModel(choice.id)
  if (choice.baseUrl !== undefined) {
    const url = usableUrl(choice.baseUrl)
    return await compatible(choice, local ?? nameAt(url, choice.id), url, keyFor(url, choice.apiKey))
  }
  if (local !== undefined)
    return await compatible(choice, local, usableUrl(ollamaUrl(choice.ollamaHost ?? '')), '')
  if (/^openai\/./.test(choice.id)) return await openai(choice, keyFor(new URL(OPENAI_URL), choice.apiKey))
  throw new WritError(
    'UNKNOWN_MODEL',
    `No model "${choice.id}" is known. What works: builtin/extractive, ollama/<model>, openai/<model>, any id with --base-url.`,
  )
}

/** Servers that pass requests on know `openai/gpt-5` by that name; OpenAI itself does not. */
function nameAt(url: URL, id: string): string {
  return url.origin === new URL(OPENAI_URL).origin ? id.replace(/^openai\//, '') : id
}

async function builtin(id: string): Promise<ResolvedModel> {
  const { createExtractiveModel, EXTRACTIVE_WINDOW, planQuestion } = await import('./extractive/model.ts')
  return {
    id,
    languageModel: createExtractiveModel(),
    contextWindow: EXTRACTIVE_WINDOW,
    price: { inputNanoUsd: 0, outputNanoUsd: 0 },
    title: 'built-in extractive model',
    plan: planQuestion,
    location: 'builtin',
    digest: digest(id, 'builtin'),
  }
}

/** An OpenAI-compatible server, which is asked for a model by a name of its own. */
async function compatible(
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
    languageModel: hideKey(reportedUsage(provider.chatModel(name)), apiKey),
    title: `${choice.id} at ${url.host}`,
    location: locationOf(url),
    digest: digest(choice.id, url.origin),
  }
}

async function openai(choice: ModelChoice, apiKey: string): Promise<ResolvedModel> {
  if (apiKey === '') {
    throw new WritError('UNKNOWN_MODEL', `"${choice.id}" needs an API key, and none is set.`)
  }
  const { createOpenAI } = await import('@ai-sdk/openai')
  const provider = createOpenAI({ apiKey, baseURL: OPENAI_URL, fetch: boundedFetch })
  return {
    ...stated(choice),
    languageModel: hideKey(reportedUsage(provider.chat(choice.id.slice('openai/'.length))), apiKey),
    title: choice.id,
    location: 'remote',
    digest: digest(choice.id, new URL(OPENAI_URL).origin),
  }
}

function stated({ id, contextWindow, price, priceTable }: ModelChoice): {
  id: string
  contextWindow: number
  price: Price | null
} {
  const listed = Object.hasOwn(priceTable, id) ? priceTable[id] : undefined
  return { id, contextWindow: contextWindow ?? DEFAULT_WINDOW, price: price ?? listed ?? null }
}

function usableUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new WritError('USAGE', 'The base URL is no http or https URL.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new WritError(
      'USAGE',
      `The base URL for ${url.host} carries a user or password; give the key apart.`,
    )
  }
  return url
}

/** The key for a server. INVARIANT: no message ever holds the key or a part of it. */
function keyFor(server: URL, apiKey: ApiKey = ''): string {
  const key = typeof apiKey === 'string' ? apiKey : (apiKey(server) ?? '')
  const trimmed = key.trim()
  if (/^[\x21-\x7e]*$/.test(trimmed)) return trimmed
  throw new WritError('USAGE', 'The API key holds characters that cannot be sent in a header.')
}

function digest(id: string, origin: string): string {
  return createHash('sha256').update(`${id}\n${origin}`).digest('hex')
}
