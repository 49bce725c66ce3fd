import { defined, type ModelRates, type Price } from '@writ/contract'
import { z } from 'zod'
import { nanoUsdPerToken, parsePrice } from './price.ts'

/** What a user states of a named model. */
export interface StatedModel {
  readonly price?: Price
  /** The day the price was looked up, `2026-11-26`. */
  readonly asOf?: string
  /** Where the price was found. */
  readonly source?: string
  readonly contextWindow?: number
  /** The server that has it, over the base URL of the run's models. */
  readonly baseUrl?: string
  /** A server on this machine that passes requests on: policy sees a model elsewhere. */
  readonly location?: 'remote'
  readonly rates?: ModelRates
}

/** What a user states of models, by id. It stands over everything that Writ ships. */
export type ModelTable = Readonly<Record<string, StatedModel>>

/** A model of the table as a configuration file writes it. */
interface WrittenModel {
  readonly price?: string | undefined
  readonly cachedInput?: string | undefined
  readonly asOf?: string | undefined
  readonly source?: string | undefined
  readonly contextWindow?: number | undefined
  readonly baseUrl?: string | undefined
  readonly location?: 'remote' | undefined
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  readonly inFlight?: number | undefined
}

const atLeastOne = z.number().int().positive()

const written = z
  .strictObject({
    /** USD per million tokens in and out: `3/15`. */
    price: z.string(),
    /** USD per million tokens of input that came from the provider's cache: `0.3`. */
    cachedInput: z.string(),
    asOf: z.iso.date({ error: 'is no day; write it as 2026-11-26' }),
    source: z.string().min(1).max(500),
    contextWindow: atLeastOne,
    baseUrl: z.url({ protocol: /^https?$/ }),
    location: z.literal('remote', {
      error: 'can only be "remote"; what is on this machine is known by its address',
    }),
    requestsPerMinute: atLeastOne,
    tokensPerMinute: atLeastOne,
    inFlight: atLeastOne,
  })
  .partial()

/** The table of a configuration file: `{"anthropic/claude-sonnet-4-5": {"price": "3/15", "asOf": "2026-11-26"}}`. */
export const modelTableSchema: z.ZodType<ModelTable, Record<string, WrittenModel>> = z.record(
  z.string().min(1),
  written.transform((model, check): StatedModel => {
    try {
      return statedModel(model)
    } catch (error) {
      check.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  }),
)

function statedModel(model: WrittenModel): StatedModel {
  const { asOf, source, contextWindow, baseUrl, location, requestsPerMinute, tokensPerMinute, inFlight } =
    model
  const rates: ModelRates = defined({ requestsPerMinute, tokensPerMinute, inFlight })
  return {
    ...defined({ price: statedPrice(model), asOf, source, contextWindow, baseUrl, location }),
    ...(Object.keys(rates).length === 0 ? {} : { rates }),
  }
}

/** INVARIANT: cached input costs no more than other input, so that the worst case of a call holds either way. */
function statedPrice({ price: text, cachedInput, asOf }: WrittenModel): Price | undefined {
  if (text === undefined) {
    if (cachedInput === undefined) return undefined
    throw new Error('has a price for cached input and none for other input; give "price", too')
  }
  if (asOf === undefined) throw new Error('has a price of no day; give "asOf", the day it was looked up')
  const price = parsePrice(text)
  if (cachedInput === undefined) return price
  const cachedInputNanoUsd = nanoUsdPerToken(cachedInput)
  if (cachedInputNanoUsd === undefined || cachedInputNanoUsd > price.inputNanoUsd)
    throw new Error('has a price for cached input that is no price, or is above that of other input')
  return { ...price, cachedInputNanoUsd }
}
