import { type ItemOutcome, NOTHING, toWritError, type WritError } from '@writ/contract'
import { type Entry, enter } from '../basis/attempts.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { DecisionResult } from '../state/gate.ts'
import { errorFrom, modelResource, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { withForkPrompt } from './fork-prompt.ts'
import { Command, type ModelCall } from './model-command.ts'
import { outputOf, recalledItems, textsOf } from './model-items.ts'
import { observe } from './observe.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** A command on its way: what came of it already, when it will not go out, or where its first attempt goes from. */
type Begun =
  | { readonly refused: Outcomes }
  | { readonly refused: null; readonly startedMs?: number; readonly first?: Entry }

/**
 * The gate for model calls: decide → reserve → durable command → send → durable result. Rejects when the whole call is
 * refused; otherwise gives every item its own outcome, in order.
 */
export async function performModelCall(
  state: RunState,
  lane: FrameState,
  id: StepId,
  asIs: ModelCall,
  onFinal: OnFinal,
): Promise<Outcomes> {
  const call = withForkPrompt(state.fork, id, asIs)
  const command = new Command(state, lane, id, call)
  const { journal, ports } = state
  const begun = await observe<'model.call', Begun>(journal, {
    kind: 'model.call',
    id,
    asked: ({ decision }) => command.asked(recalledDecision(state, lane, call, decision).recorded),
    kept: ({ outcome }) => (outcome === 'ok' ? null : { name: 'error' }),
    perform: () => begin(state, lane, call, command, onFinal),
    recall: (recorded, error) => recallBegin(state, lane, call, command, recorded, error, onFinal),
  })
  if (begun.refused !== null) return begun.refused
  return await observe(journal, {
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
}

/** Decides, waits for a slot and for room, and writes the command. */
async function begin(
  state: RunState,
  lane: FrameState,
  call: ModelCall,
  command: Command,
  onFinal: OnFinal,
): Promise<Begun> {
  const startedMs = state.ports.clock.monotonic()
  // Whether there is room tells what others drew; it is looked at before the decision and again where room is taken.
  await lane.look()
  const decided = await state.gate.decide(lane, 'model::call', modelResource(call.model), lane.label)
  command.decided(decided.recorded)
  if (decided.decision.verdict !== 'allow') {
    const error = denied(state, call, decided)
    await command.writeRefused(error, onFinal)
    throw error
  }
  let first: Entry
  try {
    first = await enter(command.ports(0, call.held), call.signal)
  } catch (error) {
    await lane.look()
    return { refused: await command.limited(toWritError(error), onFinal) }
  }
  try {
    await command.draw()
    await command.write()
  } catch (error) {
    first.slot.release(0)
    first.reservation.settle(NOTHING)
    throw error
  }
  return { refused: null, startedMs, first }
}

/**
 * The command as it is recorded: nothing is decided or reserved. One whose result is missing is in doubt: what was begun
 * of it counts as spent, before anything else is, and it is sent again under the same idempotency keys.
 */
async function recallBegin(
  state: RunState,
  lane: FrameState,
  call: ModelCall,
  command: Command,
  { det, answered, retries, items, whenCaughtUp }: RecordedStep<'model.call'>,
  kept: string,
  onFinal: OnFinal,
): Promise<Begun> {
  // What was held back for it went into its charge.
  call.held?.release()
  const decided = recalledDecision(state, lane, call, det.decision)
  command.decided(decided.recorded)
  lane.raise(det.label)
  if (det.outcome !== 'ok') {
    const error = errorFrom(kept)
    if (decided.decision.verdict === 'allow') return { refused: await command.limited(error, onFinal) }
    await command.writeRefused(denied(state, call, decided), onFinal)
    throw error
  }
  lane.share.draw(det.label)
  if (!answered) whenCaughtUp(() => command.chargeInDoubt(retries))
  await command.write()
  if (answered) await command.repeat(retries)
  else await command.takeBack(items)
  return { refused: null }
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

function recalledDecision(
  { gate }: RunState,
  lane: FrameState,
  { model }: ModelCall,
  decision: RecordedStep<'model.call'>['det']['decision'],
): DecisionResult {
  return gate.recall(lane, 'model::call', `model:${model.id}`, [], decision)
}

function denied({ gate }: RunState, { model }: ModelCall, { decision }: DecisionResult): WritError {
  return gate.denied('model::call', `model:${model.id}`, decision.policies, decision.reason)
}
