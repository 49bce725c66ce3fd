import { field } from './field.ts'

/** Tokens that a server reports; undefined where it says no number. */
export interface ReportedTokens {
  readonly input: number | undefined
  readonly output: number | undefined
  /** Part of the input that came from the provider's prompt cache. */
  readonly cached: number | undefined
}

/** Reads the usage of one protocol as its server wrote it. */
export type UsageReader = (raw: unknown) => ReportedTokens

/** Chat completions. */
export const chatUsage: UsageReader = (raw) => {
  const [input, output] = [numberIn(raw, 'prompt_tokens'), numberIn(raw, 'completion_tokens')]
  return {
    input,
    output: withHidden(input, output, numberIn(raw, 'total_tokens')),
    cached: numberIn(field(raw, 'prompt_tokens_details'), 'cached_tokens'),
  }
}

/** The Responses API. Its output tokens hold those of reasoning. */
export const responsesUsage: UsageReader = (raw) => ({
  input: numberIn(raw, 'input_tokens'),
  output: numberIn(raw, 'output_tokens'),
  cached: numberIn(field(raw, 'input_tokens_details'), 'cached_tokens'),
})

/** The Messages API, which counts what it read from its cache and wrote to it beside the input. */
export const messagesUsage: UsageReader = (raw) => {
  const [input, read, written] = [
    numberIn(raw, 'input_tokens'),
    numberIn(raw, 'cache_read_input_tokens'),
    numberIn(raw, 'cache_creation_input_tokens'),
  ]
  return {
    input: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    output: numberIn(raw, 'output_tokens'),
    cached: read,
  }
}

/** Gemini, which leaves out counts of 0 and counts thoughts beside the candidates. */
export const geminiUsage: UsageReader = (raw) => {
  const prompt = numberIn(raw, 'promptTokenCount')
  const input = prompt === undefined ? undefined : prompt + (numberIn(raw, 'toolUsePromptTokenCount') ?? 0)
  const [candidates, thoughts] = [numberIn(raw, 'candidatesTokenCount'), numberIn(raw, 'thoughtsTokenCount')]
  const output =
    candidates === undefined && thoughts === undefined ? undefined : (candidates ?? 0) + (thoughts ?? 0)
  return {
    input,
    output: withHidden(input, output, numberIn(raw, 'totalTokenCount')),
    cached: numberIn(raw, 'cachedContentTokenCount'),
  }
}

/** Some servers count hidden reasoning in the total alone; it is billed as output. */
function withHidden(
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): number | undefined {
  if (input === undefined || output === undefined || total === undefined) return output
  return Math.max(output, total - input)
}

function numberIn(raw: unknown, name: string): number | undefined {
  const value = field(raw, name)
  return typeof value === 'number' ? value : undefined
}
