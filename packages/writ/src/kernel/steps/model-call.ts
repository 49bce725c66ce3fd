import {
  type ItemOutcome,
  labelsEqual,
  type ModelProfile,
  NOTHING,
  type PassedModel,
  toWritError,
  WritError,
} from '@writ/contract'
import { type Entry, enter } from '../basis/attempts.ts'
import type { StepId } from '../basis/step-id.ts'
import { leafOutputTokens, turnOutputTokens } from '../basis/turn-bounds.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { DecisionResult } from '../state/gate.ts'
import { errorFrom, modelResource, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { withForkPrompt } from './fork-prompt.ts'
import { Command } from './model-command.ts'
import { outputOf, REUSED, recalledItems, textsOf } from './model-items.ts'
import type { ChosenCall, ModelCall } from './model-request.ts'
import { observe } from './observe.ts'
import { type Division, Reuse } from './reuse.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** What came of a call, and the model that was asked. */
export interface Called {
  readonly outcomes: Outcomes
  readonly model: ModelProfile
}

/** A command on its way, with what of the call it sends. */
interface Sending {
  readonly command: Command
  readonly division: Division
}

/** A call with its model, what was decided of that, and how what is left of it is sent. */
interface Chosen {
  readonly call: ChosenCall
  readonly decided: DecisionResult
  readonly reuse: Reuse
  readonly sending: (division: Division) => Sending
}

/** What came of a command already, when it will not go out, or where its first attempt goes from. */
type Begun = Sending &
  (
    | { readonly refused: Outcomes }
    | { readonly refused: null; readonly startedMs?: number; readonly first?: Entry | undefined }
  )

/**
 * The gate for model calls: decide → find what is known → reserve → durable command → send → durable result. Of the models of
 * the call, the first that policy allows is asked. Rejects when the whole call is refused; otherwise gives every item its own
 * outcome, in order.
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
  const begun = await observe<'model.call', Begun>(journal, {
    kind: 'model.call',
    id,
    asked: (det) => {
      const { reuse, sending } = recallModel(state, lane, id, call, det)
      return sending(reuse.recorded(reuse.asked(det.reused ?? []))).command.asked()
    },
    kept: (det) => {
      const { outcome, reused } = det
      if (outcome !== 'ok') return { name: 'error' }
      if (reused === undefined) return null
      const { reuse } = recallModel(state, lane, id, call, det)
      return { name: REUSED, binds: (texts) => ({ reused: reuse.answered(reused, textsOf(texts)) }) }
    },
    perform: () => begin(state, lane, id, call, onFinal),
    recall: async (recorded, kept) => {
      const { outcome, reused, label } = recorded.det
      const { reuse, sending, decided } = recallModel(state, lane, id, call, recorded.det)
      if (outcome === 'ok') await reuse.after(reused ?? [])
      const texts = reused === undefined || outcome !== 'ok' ? [] : textsOf(kept)
      // A fork commits to them anew, under its own key.
      const rows = reuse.answered(reuse.asked(reused ?? []), texts)
      const division = outcome === 'ok' ? reuse.claim(label, reuse.recorded(rows, texts)) : reuse.recorded()
      return await recallBegin(state, lane, decided, sending(division), recorded, kept, onFinal)
    },
  })
  const { command, division } = begun
  try {
    const { model } = division.call
    if (begun.refused !== null) return { outcomes: begun.refused, model }
    const { startedMs = ports.clock.monotonic(), first } = begun
    const outcomes = await observe(journal, {
      kind: 'model.result',
      id,
      kept: (_, { items }) => ({
        name: 'output',
        ...(items.length === 0 ? {} : { read: () => outputOf(items) }),
        binds: (text) => ({ output: command.outputCommitment(textsOf(text)) }),
      }),
      perform: () => command.send(startedMs, onFinal, first),
      recall: (recorded, output) => recallResult(lane, command, recorded, output, onFinal),
    })
    division.landed(id, outcomes)
    return { outcomes: division.whole(outcomes), model }
  } finally {
    division.end()
  }
}

/** Decides, finds what is known, waits for a slot and for room, and writes the command. */
async function begin(
  state: RunState,
  lane: FrameState,
  id: StepId,
  asked: ModelCall,
  onFinal: OnFinal,
): Promise<Begun> {
  const startedMs = state.ports.clock.monotonic()
  // Whether there is room tells what others drew; it is looked at before the decision and again where room is taken.
  await lane.look()
  const { call, decided, reuse, sending } = await decideModel(state, lane, id, asked)
  const all = reuse.recorded()
  if (decided.decision.verdict !== 'allow') {
    const error = denied(state, call.model, decided)
    await sending(all).command.writeRefused(error, onFinal)
    throw error
  }
  for (;;) {
    let division: Division | undefined
    let first: Entry | undefined
    let made: Sending
    const { label } = lane
    try {
      division = await reuse.divide(label)
      made = sending(division)
      // What is known already needs no room, nor does a batch of nothing: none of its requests would give a slot back.
      if (division.sent.length > 0) first = await enter(made.command.ports(0, call.held), call.signal)
    } catch (error) {
      division?.end()
      await lane.look()
      const refused = sending(all)
      return { ...refused, refused: await refused.command.limited(toWritError(error), onFinal) }
    }
    try {
      await made.command.draw()
      // What is known was asked under the label of before: under another one it is not known.
      const known = division.reused.length > 0
      const risen = !labelsEqual(label, lane.label)
      if (risen) division.end()
      if (known && risen) {
        giveBack(first)
        continue
      }
      if (risen) division = reuse.claim(lane.label, division)
      const { command } = made
      await command.write()
      return { command, division, refused: null, startedMs, first }
    } catch (error) {
      giveBack(first)
      division.end()
      throw error
    }
  }
}

function giveBack(entry: Entry | undefined): void {
  entry?.slot.release(0)
  entry?.reservation.settle(NOTHING)
}

/**
 * Decides which model is asked: the first of the list that policy allows for the label of the call. One that refused every
 * request before is not asked while another is left. INVARIANT: each is decided by itself, whatever was decided of another.
 */
async function decideModel(state: RunState, lane: FrameState, id: StepId, call: ModelCall): Promise<Chosen> {
  const { label } = lane
  const passed: PassedModel[] = []
  const last = call.models.at(-1)
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
): Chosen {
  const found = call.models.findIndex((model) => model.id === asked)
  const position = Math.max(0, found)
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
  given: ModelCall,
  model: ModelProfile,
  passed: readonly PassedModel[],
  decided: DecisionResult,
): Chosen {
  const { models: _, ...asked } = given
  const { limits } = lane.share
  const maxOutputTokens =
    asked.role === 'turn' ? turnOutputTokens(limits, model) : leafOutputTokens(limits, model)
  const call: ChosenCall = { ...asked, model, maxOutputTokens, passed, decision: decided.recorded }
  const sending = (division: Division): Sending => ({
    command: new Command(state, lane, id, division.call, division),
    division,
  })
  return { call, decided, reuse: new Reuse(state.journal, lane, call), sending }
}

/**
 * The command as it is recorded: nothing is decided or reserved. One whose result is missing is in doubt: what was begun
 * of it counts as spent, before anything else is, and it is sent again under the same idempotency keys.
 */
async function recallBegin(
  state: RunState,
  lane: FrameState,
  decided: DecisionResult,
  sending: Sending,
  { det, answered, retries, items, whenCaughtUp }: RecordedStep<'model.call'>,
  kept: string,
  onFinal: OnFinal,
): Promise<Begun> {
  const { command, division } = sending
  const { model, held } = division.call
  // What was held back for it went into its charge.
  held?.release()
  for (const { decision } of det.passed ?? [])
    if (decision !== null)
      state.gate.denied('model::call', decision.resource, decision.policies, decision.reason)
  lane.raise(det.label)
  if (det.outcome !== 'ok') {
    const error = errorFrom(kept)
    if (decided.decision.verdict === 'allow')
      return { ...sending, refused: await command.limited(error, onFinal) }
    await command.writeRefused(denied(state, model, decided), onFinal)
    throw error
  }
  lane.share.draw(det.label)
  if (!answered) whenCaughtUp(() => command.chargeInDoubt(retries))
  await command.write()
  if (answered) await command.repeat(retries)
  else await command.takeBack(items)
  return { ...sending, refused: null }
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
