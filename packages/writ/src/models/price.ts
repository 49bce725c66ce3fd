import { type Price, WritError } from '@writ/contract'

const AMOUNT = /^(\d{1,9})(?:\.(\d{1,3}))?$/

/**
 * Reads `<in>/<out>`, USD per million tokens with up to three decimals, as nano-USD per token: `2.5/10` is 2500 and
 * 10000. Anything else is a `USAGE` error.
 */
export function parsePrice(text: string): Price {
  const parts = text.split('/')
  const [input, output] = parts.map(nanoUsdPerToken)
  if (parts.length !== 2 || input === undefined || output === undefined) {
    throw new WritError(
      'USAGE',
      `"${text}" is no price: give <in>/<out> in USD per million tokens with at most three decimals, such as 2.5/10.`,
    )
  }
  return { inputNanoUsd: input, outputNanoUsd: output }
}

/** Reads USD per million tokens with up to three decimals as nano-USD per token; undefined for anything else. */
export function nanoUsdPerToken(text: string): number | undefined {
  const match = AMOUNT.exec(text.trim())
  if (match === null) return undefined
  const [, whole = '', decimals = ''] = match
  return Number(whole) * 1000 + Number(decimals.padEnd(3, '0'))
}
