import {
  type Amount,
  type Attempt,
  addAmounts,
  type Decision,
  type ItemOutcome,
  type Message,
  type ModelProfile,
  NOTHING,
  type Outcome,
  type RecordedDecision,
  toWritError,
  type WritError,
} from '@writ/contract'
import { commitField, derive, merkleOfItems } from '@writ/evidence'
import { type AttemptPorts, attemptBound, attemptRequest, type Entry, enter, inputBound } from './attempts.ts'
import { covers, type Hold } from './budget-pool.ts'
import { commandHash, type Place } from './journal.ts'
import type { Lane } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { modelResource, noteLimit, outcomeOf, type RunState, showable } from './run-state.ts'

/** Attempts a result record describes one by one; the rest are counted. Keeps the record under its size. */
const ATTEMPTS_IN_DETAIL = 64

/** One or more requests to one model under one decision. */
export interface ModelCall {
  readonly role: 'turn' | 'leaf'
  readonly model: ModelProfile
  readonly conversations: readonly (readonly Message[])[]
  readonly maxOutputTokens: number
  /** What identifies the call across runs: the request as the frame made it. */
  readonly input: unknown
  /** Text kept for replay that nothing else determines (a turn's last message has the recorded header). */
  readonly tail: string
  /** Room held back beforehand: taken for the first attempt when it is enough, else given back. */
  readonly held?: Hold
}

interface Item {
  readonly outcome: ItemOutcome<string>
  readonly attempts: readonly Attempt[]
  readonly charged: Amount
}

/**
 * The gate for model calls: decide → reserve → durable command → send → durable result. Rejects when the whole call is
 * refused; otherwise gives every item its own outcome, in order.
 */
export async function performModelCall(
  state: RunState,
  lane: Lane,
  place: Place,
  call: ModelCall,
  onFinal: OnFinal,
): Promise<readonly ItemOutcome<string>[]> {
  const { clock } = state.ports
  const asked = clock.monotonic()
  const { decision, recorded } = await state.gate.decide(
    lane,
    'model::call',
    modelResource(call.model),
    lane.label,
  )
  const bounds = call.conversations.map((messages) =>
    attemptBound(call.model, inputBound(messages), call.maxOutputTokens),
  )
  const command = new Command(state, lane, place, call, recorded, bounds)
  if (decision.verdict !== 'allow') {
    const error = refused(state, call.model, decision)
    await command.refuse(error, onFinal)
    throw error
  }
  let first: Entry
  try {
    first = await enter(command.ports(0, call.held), lane.signal)
  } catch (error) {
    const known = toWritError(error)
    await command.refuse(known, onFinal)
    if (call.role === 'turn' || outcomeOf(known) !== 'limit') throw known
    return call.conversations.map(() => ({ ok: false, error: known }))
  }
  try {
    await command.write()
  } catch (error) {
    first.releaseSlot()
    first.reservation.settle(NOTHING)
    throw error
  }
  const sent = clock.monotonic()
  const items = await Promise.all(
    call.conversations.map((_, index) => command.send(index, index === 0 ? first : undefined)),
  )
  const answered = clock.monotonic()
  await command.finish(items, Math.round(answered - sent), onFinal)
  command.report(items, clock.monotonic() - asked, sent - asked + clock.monotonic() - answered)
  return items.map((item) => item.outcome)
}

function refused(state: RunState, model: ModelProfile, decision: Decision): WritError {
  return state.gate.refuse('model::call', `model:${model.id}`, decision.policies, decision.reason)
}

/** One model call on its way through the gate: its command record, its attempts, its result record. */
class Command {
  readonly #state: RunState
  readonly #lane: Lane
  readonly #place: Place
  readonly #call: ModelCall
  readonly #decision: RecordedDecision
  readonly #bounds: readonly Amount[]
  #seq = -1

  constructor(
    state: RunState,
    lane: Lane,
    place: Place,
    call: ModelCall,
    decision: RecordedDecision,
    bounds: readonly Amount[],
  ) {
    this.#state = state
    this.#lane = lane
    this.#place = place
    this.#call = call
    this.#decision = decision
    this.#bounds = bounds
  }

  /** What attempts of an item need; the first attempt of the first item may have room held back for it. */
  ports(item: number, held?: Hold): AttemptPorts {
    const { pool, slots, ports, journal, tally } = this.#state
    let unused = held
    return {
      callModel: ports.callModel,
      slots: slots(this.#call.model),
      monotonic: () => ports.clock.monotonic(),
      reserve: async () => {
        const hold = unused
        unused = undefined
        if (hold !== undefined && covers(hold.bound, this.#bound(item))) return hold.use()
        hold?.release()
        try {
          return await pool.reserve(this.#bound(item), this.#lane.signal)
        } catch (error) {
          noteLimit(tally, toWritError(error))
          throw error
        }
      },
      retrying: async (attempt) => {
        const obs = { at: journal.now(), command: this.#seq, item, attempt }
        await journal.write('model.attempt', this.#place, {}, obs, {}, 'flush').durable
      },
    }
  }

  /** Writes the command of a call that may go out, durably. */
  async write(): Promise<void> {
    const written = this.#write('ok', null)
    this.#seq = written.seq
    await written.durable
  }

  /** Writes the command of a call that will not go out. */
  async refuse(error: WritError, onFinal: OnFinal): Promise<void> {
    const written = this.#write(outcomeOf(error), error)
    onFinal(written.seq)
    await written.durable
    this.#event(outcomeOf(error), showable(this.#state, this.#lane.label, error.message, error.code), 0, 0)
  }

  async send(item: number, first: Entry | undefined): Promise<Item> {
    const messages = this.#call.conversations[item] ?? []
    const { lane, n } = this.#place
    const key = Buffer.from(derive(this.#state.key, `idempotency|${lane}|${n}|${item}`)).toString('hex')
    const request = {
      profile: this.#call.model,
      messages,
      maxOutputTokens: this.#call.maxOutputTokens,
      bound: this.#bound(item),
      idempotencyKey: key,
      item,
    }
    const { result, attempts, charged } = await attemptRequest(
      request,
      this.ports(item),
      this.#lane.signal,
      first,
    )
    const outcome: ItemOutcome<string> = result.ok ? { ok: true, value: result.reply.text } : result
    return { outcome, attempts, charged }
  }

  async finish(items: readonly Item[], tookMs: number, onFinal: OnFinal): Promise<void> {
    const { journal } = this.#state
    const charged = items.reduce((sum, item) => addAmounts(sum, item.charged), NOTHING)
    this.#lane.charge(charged)
    const outputs = items.map((item) => outputText(item.outcome))
    const attempts = items.flatMap((item) => item.attempts)
    const failed = items.filter((item) => !item.outcome.ok)
    const [only] = items
    const single = items.length === 1 && only !== undefined && !only.outcome.ok ? only.outcome.error : null
    const written = journal.write(
      'model.result',
      this.#place,
      {
        outcome: single === null ? (failed.length === items.length ? 'error' : 'ok') : outcomeOf(single),
        code: single?.code ?? null,
        output: this.#commitment('model.result', 'output', outputs),
        outcomes: count(items),
        charged,
        label: this.#lane.label,
      },
      {
        at: journal.now(),
        tookMs,
        command: this.#seq,
        attempts: attempts.length,
        detail: attempts.slice(0, ATTEMPTS_IN_DETAIL),
      },
      { output: JSON.stringify(outputs) },
      'commit',
    )
    onFinal(written.seq)
    await written.durable
  }

  report(items: readonly Item[], tookMs: number, gateMs: number): void {
    const failed = items.filter((item) => !item.outcome.ok).length
    const retries = items.reduce((sum, item) => sum + Math.max(0, item.attempts.length - 1), 0)
    const parts = [
      ...(items.length > 1 ? [`${items.length} requests`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(retries > 0 ? [`${retries} retried`] : []),
    ]
    this.#event(failed === items.length ? 'error' : 'ok', parts.join(', '), tookMs, gateMs)
  }

  #bound(item: number): Amount {
    return this.#bounds[item] ?? NOTHING
  }

  #write(outcome: Outcome, error: WritError | null): { seq: number; durable: Promise<void> } {
    const { journal } = this.#state
    const texts = this.#call.conversations.map((messages) => JSON.stringify(messages))
    return journal.write(
      'model.call',
      this.#place,
      {
        role: this.#call.role,
        model: this.#call.model.id,
        items: texts.length,
        input: this.#commitment('model.call', 'input', texts),
        maxOutputTokens: this.#call.maxOutputTokens,
        decision: this.#decision,
        bound: this.#bounds.reduce(addAmounts, NOTHING),
        outcome,
        code: error?.code ?? null,
      },
      { at: journal.now() },
      { hash: commandHash('model.call', this.#call.input), tail: this.#call.tail },
      'flush',
    )
  }

  /** Of one text, its commitment; of a batch, the Merkle root over its items' commitments. */
  #commitment(kind: 'model.call' | 'model.result', name: string, texts: readonly string[]): string {
    const [only] = texts
    if (texts.length === 1 && only !== undefined)
      return this.#state.journal.commit(this.#place, kind, name, only)
    const { lane, n } = this.#place
    return merkleOfItems(
      texts.map((text, index) =>
        commitField(this.#state.key, lane, n, `${kind}/${name}/${index}`, Buffer.from(text)),
      ),
    )
  }

  #event(outcome: Outcome, detail: string, tookMs: number, gateMs: number): void {
    const { id } = this.#lane
    const { role } = this.#call
    this.#state.ports.onEvent({
      type: 'step',
      lane: id,
      n: this.#place.n,
      kind: 'model.call',
      op: role,
      outcome,
      detail,
      tookMs,
      gateMs,
    })
  }
}

function outputText(outcome: ItemOutcome<string>): string {
  if (outcome.ok) return JSON.stringify({ text: outcome.value })
  const { code, message } = outcome.error
  return JSON.stringify({ error: { code, message } })
}

function count(items: readonly Item[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { outcome } of items) {
    const name = outcome.ok ? 'ok' : outcomeOf(outcome.error)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
