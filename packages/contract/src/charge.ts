import { type Amount, costMicroUsd, FREE, type Price } from './budget.ts'
import type { Attempt } from './record.ts'

/** No tokenizer makes fewer tokens of a text than one for this many of its bytes. */
const MOST_BYTES_PER_TOKEN = 16

/** What is known of one attempt that brought a reply. */
export interface Metering {
  /** The worst case reserved for it. */
  readonly bound: Amount
  /** Null when unknown; then tokens are charged and no cost. */
  readonly price: Price | null
  /** UTF-8 bytes of the texts sent and received. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** What the provider said it used; null where it said no number. */
  readonly meteredInputTokens: number | null
  readonly meteredOutputTokens: number | null
  /** Part of the input that came from the provider's cache; absent when the provider said no number. */
  readonly meteredCachedTokens?: number
}

export interface Charge {
  readonly charged: Amount
  readonly chargedAs: 'metered' | 'bound'
}

/**
 * What an attempt with a reply is charged: what was metered when both numbers are plausible, else its whole bound. A
 * number is plausible when it is a safe integer, within the bound, and enough tokens for the bytes.
 */
export function chargeFor(metering: Metering): Charge {
  const { bound, price, sentBytes, receivedBytes, meteredInputTokens, meteredOutputTokens } = metering
  if (
    !plausible(meteredInputTokens, sentBytes, bound.inputTokens) ||
    !plausible(meteredOutputTokens, receivedBytes, bound.outputTokens)
  )
    return { charged: bound, chargedAs: 'bound' }
  const charged = {
    calls: 1,
    inputTokens: meteredInputTokens,
    outputTokens: meteredOutputTokens,
    costMicroUsd: costMicroUsd(
      price ?? FREE,
      meteredInputTokens,
      meteredOutputTokens,
      cachedTokens(metering, meteredInputTokens),
    ),
  }
  return { charged, chargedAs: 'metered' }
}

/** Input tokens that were cached, as far as it can be: never more than there were. */
function cachedTokens(
  { meteredCachedTokens: said = 0 }: Pick<Metering, 'meteredCachedTokens'>,
  inputTokens: number,
): number {
  return Number.isSafeInteger(said) && said >= 0 && said <= inputTokens ? said : 0
}

/** Input tokens of attempts that were charged as cached. What is charged its bound has none. */
export function cachedInputTokens(attempts: readonly Attempt[]): number {
  return attempts
    .filter(({ chargedAs }) => chargedAs === 'metered')
    .reduce((sum, attempt) => sum + cachedTokens(attempt, attempt.charged.inputTokens), 0)
}

function plausible(tokens: number | null, bytes: number, most: number): tokens is number {
  return (
    tokens !== null &&
    Number.isSafeInteger(tokens) &&
    tokens >= 0 &&
    tokens <= most &&
    tokens * MOST_BYTES_PER_TOKEN >= bytes
  )
}
