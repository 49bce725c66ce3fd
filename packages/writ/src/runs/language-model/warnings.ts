import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider'

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

/** One warning for each setting that is given and does nothing. */
export function warningsOf(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const given = UNUSED.filter((name) => {
    const value = options[name]
    return value !== undefined && !(Array.isArray(value) && value.length === 0)
  })
  const details = 'A governed run has limits of its own, and tools only through its gate.'
  return given.map((feature) => ({ type: 'unsupported', feature, details }))
}
