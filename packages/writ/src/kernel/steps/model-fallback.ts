import { type ItemOutcome, toWritError } from '@writ/contract'
import type { ModelList } from '../basis/model-list.ts'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { performHostValue } from './host-value.ts'
import { type Called, performModelCall } from './model-call.ts'
import type { ModelCall } from './model-request.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** The steps of a call: its own, and one for each model that may have to be asked instead. */
export interface CallSteps {
  readonly first: StepId
  /** Given when the call is asked for, since nobody knows yet which models answer. */
  readonly others: readonly StepId[]
  /** The models that are asked at a step, in order. */
  readonly models: (id: StepId) => ModelList
}

/** The steps of a call whose own step is given. Called when it is asked for, before anything is waited for. */
export function callSteps(lane: FrameState, first: StepId, models: CallSteps['models']): CallSteps {
  const [, ...others] = models(first)
  return { first, others: others.map(() => lane.next()), models }
}

/** Codes of a request that a model failed for good. */
const FAILED: ReadonlySet<string> = new Set(['MODEL_FAILED', 'MODEL_REJECTED', 'MODEL_TIMEOUT'])

/** What a server answers that takes no JSON mode: then the same is asked without it, of the same model. */
const BAD_REQUEST_STATUS = 400

/** Whether a request in JSON mode came back as one that cannot be read. */
export function refusesJsonMode(outcome: ItemOutcome<string>, inJsonMode: boolean): boolean {
  if (outcome.ok || !inJsonMode) return false
  return outcome.error.code === 'MODEL_REJECTED' && outcome.error.data.status === BAD_REQUEST_STATUS
}

/**
 * A model call. What the first model of its list fails for good is asked of the next, and so on: each is decided, reserved,
 * recorded and charged like any other call, at a step of its own. A step for which nothing is left records that.
 */
export async function performCall(
  state: RunState,
  lane: FrameState,
  { first, others, models }: CallSteps,
  asked: Omit<ModelCall, 'models'>,
  onFinal: OnFinal,
): Promise<Outcomes> {
  const call = { ...asked, models: models(first) }
  if (others.length === 0) return (await performModelCall(state, lane, first, call, onFinal)).outcomes
  let called: Called
  try {
    called = await performModelCall(state, lane, first, call, nowhere)
  } catch (error) {
    await recordUnused(state, lane, others, onFinal)
    throw error
  }
  const outcomes = [...called.outcomes]
  const tried = new Set(upTo(call.models, called))
  let before = first
  for (const [index, step] of others.entries()) {
    const heard = index === others.length - 1 ? onFinal : nowhere
    const open = outcomes.flatMap((outcome, item) => (isFailed(outcome, call.json?.has(item)) ? [item] : []))
    const [next, ...rest] = models(step).filter(({ id }) => !tried.has(id))
    if (open.length === 0 || next === undefined) {
      await recordUnused(state, lane, [step], heard)
      continue
    }
    const again = insteadOf(call, [next, ...rest], before, open)
    const answers = await performModelCall(state, lane, step, again, heard).catch(toWritError)
    if (answers instanceof Error) {
      // That policy denies another model says less than why the first one failed.
      if (answers.code !== 'POLICY_DENIED')
        for (const item of open) outcomes[item] = { ok: false, error: answers }
      for (const { id } of again.models) tried.add(id)
      continue
    }
    for (const [position, outcome] of answers.outcomes.entries()) outcomes[open[position] ?? -1] = outcome
    for (const id of upTo(again.models, answers)) tried.add(id)
    before = step
  }
  return outcomes
}

/** The requests of a call that failed, for other models. Room that was held back went into its first attempt. */
function insteadOf(whole: ModelCall, models: ModelList, { n }: StepId, open: readonly number[]): ModelCall {
  const { held: _, ...call } = whole
  return {
    ...call,
    models,
    instead: n,
    merged: 0,
    conversations: open.map((item) => call.conversations[item] ?? []),
    json: new Set(open.flatMap((item, position) => (call.json?.has(item) === true ? [position] : []))),
    input: { open, of: call.input },
    payloads: {},
  }
}

function isFailed(outcome: ItemOutcome<string>, inJsonMode = false): boolean {
  return !outcome.ok && FAILED.has(outcome.error.code) && !refusesJsonMode(outcome, inJsonMode)
}

/** The models of a list up to the one that was asked: those before it were passed. */
function upTo(list: ModelList, { model }: Called): readonly string[] {
  return list.slice(0, list.indexOf(model) + 1).map(({ id }) => id)
}

/** Records at steps that no other model had to be asked there, or could be. */
export async function recordUnused(
  state: RunState,
  lane: FrameState,
  steps: readonly StepId[],
  onFinal: OnFinal,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const heard = index === steps.length - 1 ? onFinal : nowhere
    const value = { op: 'fallback', input: null, make: () => Promise.resolve(null) }
    await performHostValue(state, lane, step, value, heard)
  }
}

function nowhere(): void {
  // The reply waits for the last step.
}
