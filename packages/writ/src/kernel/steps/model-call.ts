import { type ItemOutcome, labelsEqual, NOTHING, toWritError, type WritError } from '@writ/contract'
import { type Entry, enter } from '../basis/attempts.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { DecisionResult } from '../state/gate.ts'
import { errorFrom, modelResource, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { withForkPrompt } from './fork-prompt.ts'
import { Command } from './model-command.ts'
import { outputOf, REUSED, recalledItems, textsOf } from './model-items.ts'
import type { ModelCall } from './model-request.ts'
import { observe } from './observe.ts'
import { type Division, Reuse } from './reuse.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** A command on its way, with what of the call it sends. */
interface Sending {
  readonly command: Command
  readonly division: Division
}

/** What came of a command already, when it will not go out, or where its first attempt goes from. */
type Begun = Sending &
  (
    | { readonly refused: Outcomes }
    | { readonly refused: null; readonly startedMs?: number; readonly first?: Entry | undefined }
  )

/**
 * The gate for model calls: decide → find what is known → reserve → durable command → send → durable result. Rejects when the
 * whole call is refused; otherwise gives every item its own outcome, in order.
 */
export async function performModelCall(
  state: RunState,
  lane: FrameState,
  id: StepId,
  asIs: ModelCall,
  onFinal: OnFinal,
): Promise<Outcomes> {
  const call = withForkPrompt(state.fork, id, asIs)
  const { journal, ports } = state
  const reuse = new Reuse(journal, lane, call)
  const sending = (division: Division): Sending => ({
    command: new Command(state, lane, id, division.call, division),
    division,
  })
  const begun = await observe<'model.call', Begun>(journal, {
    kind: 'model.call',
    id,
    asked: ({ decision, reused = [] }) => {
      const division = reuse.recorded(reuse.asked(reused))
      return sending(division).command.asked(recalledDecision(state, lane, call, decision).recorded)
    },
    kept: ({ outcome, reused }) => {
      if (outcome !== 'ok') return { name: 'error' }
      if (reused === undefined) return null
      return { name: REUSED, binds: (texts) => ({ reused: reuse.answered(reused, textsOf(texts)) }) }
    },
    perform: () => begin(state, lane, { id, call, reuse, sending }, onFinal),
    recall: (recorded, kept) => {
      const { outcome, reused, label } = recorded.det
      const texts = reused === undefined || outcome !== 'ok' ? [] : textsOf(kept)
      // A fork commits to them anew, under its own key.
      const rows = reuse.answered(reuse.asked(reused ?? []), texts)
      const division = outcome === 'ok' ? reuse.claim(label, reuse.recorded(rows, texts)) : reuse.recorded()
      return recallBegin(state, lane, call, sending(division), recorded, kept, onFinal)
    },
  })
  const { command, division } = begun
  try {
    if (begun.refused !== null) return begun.refused
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
    return division.whole(outcomes)
  } finally {
    division.end()
  }
}

/** A call that happens for the first time. */
interface NewCall {
  readonly id: StepId
  readonly call: ModelCall
  readonly reuse: Reuse
  readonly sending: (division: Division) => Sending
}

/** Decides, finds what is known, waits for a slot and for room, and writes the command. */
async function begin(
  state: RunState,
  lane: FrameState,
  { call, reuse, sending }: NewCall,
  onFinal: OnFinal,
): Promise<Begun> {
  const startedMs = state.ports.clock.monotonic()
  const all = reuse.recorded()
  // Whether there is room tells what others drew; it is looked at before the decision and again where room is taken.
  await lane.look()
  const decided = await state.gate.decide(lane, 'model::call', modelResource(call.model), lane.label)
  if (decided.decision.verdict !== 'allow') {
    const { command } = sending(all)
    command.decided(decided.recorded)
    const error = denied(state, call, decided)
    await command.writeRefused(error, onFinal)
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
      // What is known already needs no room.
      if (division.sent.length > 0 || division.reused.length === 0)
        first = await enter(made.command.ports(0, call.held), call.signal)
    } catch (error) {
      division?.end()
      await lane.look()
      const refused = sending(all)
      refused.command.decided(decided.recorded)
      return { ...refused, refused: await refused.command.limited(toWritError(error), onFinal) }
    }
    try {
      made.command.decided(decided.recorded)
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
 * The command as it is recorded: nothing is decided or reserved. One whose result is missing is in doubt: what was begun
 * of it counts as spent, before anything else is, and it is sent again under the same idempotency keys.
 */
async function recallBegin(
  state: RunState,
  lane: FrameState,
  call: ModelCall,
  sending: Sending,
  { det, answered, retries, items, whenCaughtUp }: RecordedStep<'model.call'>,
  kept: string,
  onFinal: OnFinal,
): Promise<Begun> {
  const { command } = sending
  // What was held back for it went into its charge.
  call.held?.release()
  const decided = recalledDecision(state, lane, call, det.decision)
  command.decided(decided.recorded)
  lane.raise(det.label)
  if (det.outcome !== 'ok') {
    const error = errorFrom(kept)
    if (decided.decision.verdict === 'allow')
      return { ...sending, refused: await command.limited(error, onFinal) }
    await command.writeRefused(denied(state, call, decided), onFinal)
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
