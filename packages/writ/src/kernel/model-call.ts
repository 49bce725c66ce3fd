import {
  type Amount,
  type Decision,
  type ItemOutcome,
  type ModelProfile,
  NOTHING,
  toWritError,
  type WritError,
} from '@writ/contract'
import { type Entry, enter } from './attempts.ts'
import { prompted } from './fork.ts'
import type { Place } from './journal.ts'
import type { Lane } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { Command, type Item, type ModelCall } from './model-command.ts'
import { type Past, pastAt } from './past.ts'
import { errorFrom, modelResource, type RunState } from './run-state.ts'

/**
 * The gate for model calls: decide → reserve → durable command → send → durable result. Rejects when the whole call is
 * refused; otherwise gives every item its own outcome, in order.
 */
export async function performModelCall(
  state: RunState,
  lane: Lane,
  place: Place,
  asIs: ModelCall,
  onFinal: OnFinal,
): Promise<readonly ItemOutcome<string>[]> {
  const call = prompted(state.fork, place, asIs)
  const past = state.past && (await pastAt(state.past, place))
  if (past !== undefined) return await recall(state, past, lane, place, call, onFinal)
  const { clock } = state.ports
  const asked = clock.monotonic()
  // Whether there is room tells what others drew; it is looked at before the decision and again where room is taken.
  await lane.look()
  const ruling = await state.gate.decide(lane, 'model::call', modelResource(call.model), lane.label)
  const { decision } = ruling
  const command = new Command(state, lane, place, call, ruling.recorded)
  if (decision.verdict !== 'allow') {
    const error = refused(state, call.model, decision)
    await command.refuse(error, onFinal)
    throw error
  }
  let first: Entry
  try {
    first = await enter(command.ports(0, call.held), lane.signal)
  } catch (error) {
    await lane.look()
    return await command.limited(toWritError(error), onFinal)
  }
  try {
    await command.draw()
    await command.write()
  } catch (error) {
    first.releaseSlot()
    first.reservation.settle(NOTHING)
    throw error
  }
  return await command.send(asked, onFinal, first)
}

/** The call as it is recorded: what it asks is compared, nothing is reserved or sent, and what came back is the record's. */
async function recall(
  state: RunState,
  past: Past,
  lane: Lane,
  place: Place,
  call: ModelCall,
  onFinal: OnFinal,
): Promise<readonly ItemOutcome<string>[]> {
  // What was held back for it went into its charge.
  call.held?.release()
  const stood = past.at(place, 'model.call')
  const resource = `model:${call.model.id}`
  const ruling = state.gate.recall(lane, 'model::call', resource, [], stood.det.decision)
  lane.raise(stood.det.label)
  if (stood.det.outcome === 'ok') lane.share.draw(stood.det.label)
  const command = new Command(state, lane, place, call, ruling.recorded)
  if (stood.det.outcome !== 'ok') {
    past.compare(stood, command.asked())
    const error = errorFrom(await past.text(stood, 'error'))
    await past.turn(stood)
    if (ruling.decision.verdict === 'allow') return await command.limited(error, onFinal)
    await command.refuse(refused(state, call.model, ruling.decision), onFinal)
    throw error
  }
  if (!past.covers(place, 'model.result')) return await sendAgain(state, past, place, command, onFinal)
  await command.write()
  await command.repeat(past.retries(place))
  const ended = past.at(place, 'model.result')
  const output = await past.text(ended, 'output')
  await past.turn(ended)
  const { charged, label } = ended.det
  lane.raise(label)
  lane.share.draw(label)
  lane.share.pool.recall(charged)
  const items = recalledItems(output, charged)
  await command.repeatUsage(past.usage(place))
  await command.finish(items, ended.obs, onFinal)
  return items.map((item) => item.outcome)
}

/**
 * A command whose result is missing is in doubt: whatever of it was begun counts as spent, before anything else is, and
 * it is sent again under the same idempotency keys.
 */
async function sendAgain(
  state: RunState,
  past: Past,
  place: Place,
  command: Command,
  onFinal: OnFinal,
): Promise<readonly ItemOutcome<string>[]> {
  const doubts = past.end(() => command.doubt(past.retries(place)))
  await command.write()
  await doubts
  return await command.send(state.ports.clock.monotonic(), onFinal)
}

/** Items from the text `outputText` made of each. Which of them cost what is not recorded; together they cost `charged`. */
function recalledItems(output: string, charged: Amount): Item[] {
  return (JSON.parse(output) as string[]).map((text, index) => {
    const stored = JSON.parse(text) as { readonly text?: string }
    const outcome: ItemOutcome<string> =
      stored.text === undefined ? { ok: false, error: errorFrom(text) } : { ok: true, value: stored.text }
    return { outcome, charged: index === 0 ? charged : NOTHING }
  })
}

function refused(state: RunState, model: ModelProfile, decision: Decision): WritError {
  return state.gate.refuse('model::call', `model:${model.id}`, decision.policies, decision.reason)
}
