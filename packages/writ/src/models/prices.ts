import type { Price } from '@writ/contract'
import { z } from 'zod'
import { parsePrice } from './price.ts'

/** Prices by model id as the user names it. A model that is not in it has no known price; it is never free. */
export type PriceTable = Readonly<Record<string, Price>>

/** A table as a configuration file writes it: `{"openai/gpt-5": "1.25/10"}`, USD per million tokens in/out. */
export const priceTableSchema: z.ZodType<PriceTable, Record<string, string>> = z.record(
  z.string().min(1),
  z.string().transform((text, check) => {
    try {
      return parsePrice(text)
    } catch (error) {
      check.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  }),
)

/**
 * Prices Writ ships. Empty on purpose: prices change without notice, and a wrong one would break a cost limit
 * silently. The project's configuration and `--price` add entries.
 */
export const PRICES: PriceTable = Object.freeze({})
