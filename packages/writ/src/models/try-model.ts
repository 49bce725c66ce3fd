import { callModel } from './call-model.ts'
import type { ModelChoice, ResolvedModel } from './provider.ts'
import { resolveModel } from './resolve-model.ts'

/** Room for a model that reasons before it says a word. */
const OUTPUT_TOKENS = 1_024
/** A server may have to load the model first. */
const TRIAL_MS = 180_000

/** What one call to a model came to. */
export interface Trial extends Pick<ResolvedModel, 'title' | 'location'> {
  readonly tookMs: number
  /** Whether the reply says what it used; else each call is charged its worst case. */
  readonly metered: boolean
}

/** Asks a model for one word. Rejects like any call: `UNKNOWN_MODEL`, `MODEL_FAILED`, `MODEL_REJECTED`, `MODEL_TIMEOUT`. */
export async function tryModel(choice: ModelChoice): Promise<Trial> {
  const { languageModel, title, location } = await resolveModel(choice)
  const started = performance.now()
  const reply = await callModel(languageModel, {
    messages: [{ role: 'user', text: 'Answer with the one word: ready' }],
    maxOutputTokens: OUTPUT_TOKENS,
    headers: {},
    signal: AbortSignal.timeout(TRIAL_MS),
  })
  return {
    title,
    location,
    tookMs: Math.round(performance.now() - started),
    metered: reply.inputTokens !== null && reply.outputTokens !== null,
  }
}
