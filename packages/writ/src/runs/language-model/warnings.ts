import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider'
import { WritError } from '@writ/contract'

/** Settings of a call that a governed run has no use for. */
const UNUSED = [
  'maxOutputTokens',
  'temperature',
  'stopSequences',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'tools',
] as const satisfies readonly (keyof LanguageModelV4CallOptions)[]

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

/** One warning for each setting that is given and does nothing. */
export function warningsOf(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const given = UNUSED.filter((name) => {
    const value = options[name]
    return value !== undefined && !(Array.isArray(value) && value.length === 0)
  })
  const details = 'A governed run has limits of its own, and tools only through its gate.'
  return given.map((feature) => ({ type: 'unsupported', feature, details }))
}
