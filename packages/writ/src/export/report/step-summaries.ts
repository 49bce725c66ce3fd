import type { Json, KeptPrompt } from '@writ/contract'
import type { RunSource } from '../run-source.ts'
import { aboutStep } from '../steps/about.ts'
import type { RunSteps, Step } from '../steps/run-steps.ts'
import { ContentReader, type StepError } from '../steps/step-content.ts'
import { placeOf, type Reasons } from './gated-source.ts'

/** A step with what a report tells of it. Null: withheld, gone with the run's key, or not there. */
export interface StepSummary {
  readonly step: Step
  readonly about: string | null
  readonly documents: readonly string[]
  readonly input: Json
  /** Of a model call: what it said that the frame's turn before had not. */
  readonly prompt: KeptPrompt | null
  readonly output: Json
  readonly error: StepError | null
  /** Why its content is not shown; null where it is. */
  readonly withheld: string | null
}

/** Most steps told one by one; a page has to stay one that a browser opens. What went wrong is told first. */
const MOST_STEPS = 500

/** Tells the steps of a run: all of them, or the first and every one that did not end well. */
export async function summarizeSteps(
  source: RunSource,
  told: RunSteps,
  reasons: Reasons,
): Promise<readonly StepSummary[]> {
  const reader = new ContentReader(source, told)
  const wrong = told.steps.filter(({ outcome }) => outcome !== 'ok').slice(-MOST_STEPS)
  const chosen = new Set([...wrong, ...told.steps.slice(0, MOST_STEPS - wrong.length)])
  const summaries: StepSummary[] = []
  for (const step of told.steps) {
    if (!chosen.has(step)) continue
    const withheld = reasons.get(placeOf(step)) ?? null
    const { input, output, error, documents } = await reader.content(step)
    const prompt = step.kind === 'model.call' ? await reader.kept(step) : null
    const about = withheld === null ? aboutStep(step, { input, output }) : null
    const bare = step.code === null ? null : { code: step.code, message: '' }
    summaries.push({ step, about, documents, input, prompt, output, error: error ?? bare, withheld })
  }
  return summaries
}
