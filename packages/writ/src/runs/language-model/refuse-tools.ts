import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { WritError } from '@writ/contract'

/**
 * Throws `USAGE` for tools: a run never calls any of the caller's, and text that was made without them would look like an
 * answer that had them.
 */
export function refuseTools({ tools = [], toolChoice }: LanguageModelV4CallOptions): void {
  if (tools.length === 0 || toolChoice?.type === 'none') return
  const names = tools.map(({ name }) => name).join(', ')
  throw new WritError(
    'USAGE',
    `A governed run calls no tools of its caller, and was given ${names}. Leave tools out, or give toolChoice "none".`,
  )
}
