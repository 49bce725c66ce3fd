import {
  type ItemOutcome,
  type ModelProfile,
  NOTHING,
  type PassedModel,
  toWritError,
  WritError,
} from '@writ/contract'
import { type Entry, enter } from '../basis/attempts.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { DecisionResult } from '../state/gate.ts'
import { errorFrom, modelResource, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { withForkPrompt } from './fork-prompt.ts'
import { Command } from './model-command.ts'
import { outputOf, recalledItems, textsOf } from './model-items.ts'
import type { ModelCall } from './model-requests.ts'
import { observe } from './observe.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** What came of a call, and the model that was asked. */
export interface Called {
  readonly outcomes: Outcomes
  readonly model: ModelProfile
}

/** The model of a call with what was decided of it. */
interface Decided {
  readonly model: ModelProfile
  readonly decided: DecisionResult
  readonly command: Command
}

/** A command on its way: what came of it already, when it will not go out, or where its first attempt goes from. */
type Begun = Pick<Decided, 'model' | 'command'> &
  (
    | { readonly refused: Outcomes }
    | { readonly refused: null; readonly startedMs?: number; readonly first?: Entry }
  )

/**
 * The gate for model calls: decide → reserve → durable command → send → durable result. Of the models of the call, the first
 * that policy allows is asked. Rejects when the whole call is refused; otherwise gives every item its own outcome, in order.
 */
export async function performModelCall(
  state: RunState,
  lane: FrameState,
  id: StepId,
  asIs: ModelCall,
  onFinal: OnFinal,
): Promise<Called> {
  const call = withForkPrompt(state.fork, id, asIs)
  const { journal, ports } = state
  let recalled: Decided | undefined
  const recall = (det: RecordedStep<'model.call'>['det']): Decided => {
    recalled ??= recallModel(state, lane, id, call, det)
    return recalled
  }
  const begun = await observe<'model.call', Begun>(journal, {
    kind: 'model.call',
    id,
    asked: (det) => recall(det).command.asked(),
    kept: ({ outcome }) => (outcome === 'ok' ? null : { name: 'error' }),
    perform: () => begin(state, lane, id, call, onFinal),
    recall: (recorded, error) =>
      recallBegin(state, lane, call, recall(recorded.det), recorded, error, onFinal),
  })
  const { model, command } = begun
  if (begun.refused !== null) return { outcomes: begun.refused, model }
  const outcomes = await observe(journal, {
    kind: 'model.result',
    id,
    kept: (_, { items }) => ({
      name: 'output',
      ...(items.length === 0 ? {} : { read: () => outputOf(items) }),
      binds: (text) => ({ output: command.outputCommitment(textsOf(text)) }),
    }),
    perform: () => command.send(begun.startedMs ?? ports.clock.monotonic(), onFinal, begun.first),
    recall: (recorded, output) => recallResult(lane, command, recorded, output, onFinal),
  })
  return { outcomes, model }
}

/** Decides, waits for a slot and for room, and writes the command. */
async function begin(
  state: RunState,
  lane: FrameState,
  id: StepId,
  call: ModelCall,
  onFinal: OnFinal,
): Promise<Begun> {
  const startedMs = state.ports.clock.monotonic()
  // Whether there is room tells what others drew; it is looked at before the decision and again where room is taken.
  await lane.look()
  const { model, decided, command } = await decideModel(state, lane, id, call)
  if (decided.decision.verdict !== 'allow') {
    const error = denied(state, model, decided)
    await command.writeRefused(error, onFinal)
    throw error
  }
  let first: Entry
  try {
    first = await enter(command.ports(0, call.held), call.signal)
  } catch (error) {
    await lane.look()
    return { model, command, refused: await command.limited(toWritError(error), onFinal) }
  }
  try {
    await command.draw()
    await command.write()
  } catch (error) {
    first.slot.release(0)
    first.reservation.settle(NOTHING)
    throw error
  }
  return { model, command, refused: null, startedMs, first }
}

/**
 * Decides which model is asked: the first of the list that policy allows for the label of the call. One that refused every
 * request before is not asked while another is left. INVARIANT: each is decided by itself, whatever was decided of another.
 */
async function decideModel(state: RunState, lane: FrameState, id: StepId, call: ModelCall): Promise<Decided> {
  const { label } = lane
  const passed: PassedModel[] = []
  const [first, ...others] = call.models
  const last = others.at(-1) ?? first
  for (const model of call.models) {
    if (model !== last && state.tally.refusing.knows(model.id, label)) {
      passed.push({ model: model.id, decision: null })
      continue
    }
    const decided = await state.gate.decide(lane, 'model::call', modelResource(model), label)
    if (decided.decision.verdict === 'allow' || model === last)
      return chosen(state, lane, id, call, model, passed, decided)
    denied(state, model, decided)
    passed.push({ model: model.id, decision: decided.recorded })
  }
  throw new WritError('INTERNAL', 'A call has no model.')
}

/** The model that was asked, with what was decided of it and of those before it. */
function recallModel(
  state: RunState,
  lane: FrameState,
  id: StepId,
  call: ModelCall,
  { model: asked, decision, passed = [] }: RecordedStep<'model.call'>['det'],
): Decided {
  const position = Math.max(
    0,
    call.models.findIndex(({ id }) => id === asked),
  )
  const recall = (model: ModelProfile, given: typeof decision): DecisionResult =>
    state.gate.recall(lane, 'model::call', `model:${model.id}`, [], given)
  const before = call.models.slice(0, position).map((model, i): PassedModel => {
    const given = passed[i]?.decision ?? null
    return { model: model.id, decision: given === null ? null : recall(model, given).recorded }
  })
  const model = call.models[position] ?? call.models[0]
  return chosen(state, lane, id, call, model, before, recall(model, decision))
}

function chosen(
  state: RunState,
  lane: FrameState,
  id: StepId,
  call: ModelCall,
  model: ModelProfile,
  passed: readonly PassedModel[],
  decided: DecisionResult,
): Decided {
  const command = new Command(state, lane, id, call, { model, passed, decision: decided.recorded })
  return { model, decided, command }
}

/**
 * The command as it is recorded: nothing is decided or reserved. One whose result is missing is in doubt: what was begun
 * of it counts as spent, before anything else is, and it is sent again under the same idempotency keys.
 */
async function recallBegin(
  state: RunState,
  lane: FrameState,
  call: ModelCall,
  { model, decided, command }: Decided,
  { det, answered, retries, items, whenCaughtUp }: RecordedStep<'model.call'>,
  kept: string,
  onFinal: OnFinal,
): Promise<Begun> {
  // What was held back for it went into its charge.
  call.held?.release()
  for (const { decision } of det.passed ?? [])
    if (decision !== null)
      state.gate.denied('model::call', decision.resource, decision.policies, decision.reason)
  lane.raise(det.label)
  if (det.outcome !== 'ok') {
    const error = errorFrom(kept)
    if (decided.decision.verdict === 'allow')
      return { model, command, refused: await command.limited(error, onFinal) }
    await command.writeRefused(denied(state, model, decided), onFinal)
    throw error
  }
  lane.share.draw(det.label)
  if (!answered) whenCaughtUp(() => command.chargeInDoubt(retries))
  await command.write()
  if (answered) await command.repeat(retries)
  else await command.takeBack(items)
  return { model, command, refused: null }
}

/** What came of the call, as it is recorded. */
async function recallResult(
  lane: FrameState,
  command: Command,
  { det, obs, usage, items: back }: RecordedStep<'model.result'>,
  output: string,
  onFinal: OnFinal,
): Promise<Outcomes> {
  const { charged, label } = det
  lane.raise(label)
  lane.share.draw(label)
  lane.share.pool.recall(charged)
  const items = recalledItems(output, charged)
  await command.repeatUsage(usage)
  await command.repeatItems(back, textsOf(output))
  await command.finish(items, obs, onFinal)
  return items.map((item) => item.outcome)
}

function denied({ gate }: RunState, { id }: ModelProfile, { decision }: DecisionResult): WritError {
  return gate.denied('model::call', `model:${id}`, decision.policies, decision.reason)
}
