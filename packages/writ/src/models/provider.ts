import { createHash } from 'node:crypto'
import {
  type ApiKey,
  defined,
  type ModelLocation,
  type ModelProfile,
  type Price,
  WritError,
} from '@writ/contract'
import type { StatedModel } from './model-table.ts'
import type { PriceTable } from './prices.ts'

/** A way of reaching models. Each is a file in `providers/` and an entry in `providers/index.ts`. */
export interface Provider {
  /** What the ids of its models begin with. The rest of an id is the name of the model. */
  readonly prefix: string
  /** How its ids look, for whoever named a model that nobody knows; absent for ids nobody writes. */
  readonly ids?: string
  /** Its own server, reached unless a base URL is given for one of its models; absent where it has none. */
  readonly url?: (choice: Pick<ModelChoice, 'ollamaHost'>) => string
  /** The environment variable that names another server for its models. */
  readonly movedBy?: 'OPENAI_BASE_URL'
  /** The environment variable with the key for its server. */
  readonly key?: ProviderKey
  /** Reaches a model, at the base URL of the choice where there is one. Rejects with `UNKNOWN_MODEL` or `USAGE`. */
  open(name: string, choice: ModelChoice): Promise<ResolvedModel>
}

/** The environment variable with the key for a server, which goes to that host. */
export interface ProviderKey {
  readonly env: string
  readonly host: string
}

/** What servers that speak the OpenAI protocol take a key from, unless they are bound to another. */
export const OPENAI_KEY: ProviderKey = { env: 'OPENAI_API_KEY', host: 'api.openai.com' }

export interface ModelChoice {
  /** As the user named it; sent verbatim to a server given by `baseUrl`. */
  readonly id: string
  /** A server that speaks the protocol of the id's provider; OpenAI-compatible for ids of none. */
  readonly baseUrl?: string
  /** Where `ollama/…` is reached without a `baseUrl`, as `OLLAMA_HOST` says it; this machine by default. */
  readonly ollamaHost?: string
  /** May be empty for a server that asks for none. Lives only in the provider's closure. */
  readonly apiKey?: ApiKey
  readonly contextWindow?: number
  readonly price?: Price
  readonly priceTable: PriceTable
  /** What the user states of it. */
  readonly stated?: StatedModel
}

/** A profile but for the facts policy knows, which are the operator's to state. */
export interface ResolvedModel extends Omit<ModelProfile, 'facts'> {
  readonly location: ModelLocation
  /** SHA-256 (hex) of the id and the origin it is reached at. */
  readonly digest: string
}

/** Tokens of context assumed for a model whose window nobody stated. */
export const DEFAULT_WINDOW = 128_000

/** What the user says of a model: of this one for this use, in the table of models, in that of prices. */
export function stated({
  id,
  contextWindow,
  price,
  priceTable,
  stated: table = {},
}: ModelChoice): Pick<ResolvedModel, 'id' | 'contextWindow' | 'price' | 'priceAsOf' | 'rates'> {
  const listed = Object.hasOwn(priceTable, id) ? priceTable[id] : undefined
  const dated = price === undefined && table.price !== undefined
  return {
    id,
    contextWindow: contextWindow ?? table.contextWindow ?? DEFAULT_WINDOW,
    price: price ?? table.price ?? listed ?? null,
    ...defined({ priceAsOf: dated ? table.asOf : undefined, rates: table.rates }),
  }
}

/** A base URL that requests can go to. Throws `USAGE`. */
export function usableUrl(text: string): URL {
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

/**
 * The key for a server, by default that in the given environment variable. INVARIANT: no message ever holds the key or a
 * part of it.
 */
export function keyFor(server: URL, apiKey: ApiKey = '', variable: string = OPENAI_KEY.env): string {
  const key = typeof apiKey === 'string' ? apiKey : (apiKey(server, variable) ?? '')
  const trimmed = key.trim()
  if (/^[\x21-\x7e]*$/.test(trimmed)) return trimmed
  throw new WritError('USAGE', 'The API key holds characters that cannot be sent in a header.')
}

/** The identity of what answers, as policy is told it. */
export function modelDigest(id: string, origin: string): string {
  return createHash('sha256').update(`${id}\n${origin}`).digest('hex')
}
