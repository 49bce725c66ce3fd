import {
  type Amount,
  type Attempt,
  addAmounts,
  cachedInputTokens,
  type Det,
  defined,
  type ItemOutcome,
  type KeptPrompt,
  NOTHING,
  type Obs,
  type Outcome,
  totalTokens,
  toWritError,
  WritError,
} from '@writ/contract'
import { commandHash, derive } from '@writ/evidence'
import {
  type AttemptPorts,
  attemptBound,
  attemptRequest,
  type Earlier,
  type Entry,
  inputBound,
  unmetered,
} from '../basis/attempts.ts'
import { covers, type StandingReservation } from '../basis/budget-pool.ts'
import type { StepId } from '../basis/step-id.ts'
import { leafOutputTokens, turnOutputTokens } from '../basis/turn-bounds.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorJson, noteLimit, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { keptPrompt } from './kept-prompt.ts'
import { countOutcomes, type Item, outputText } from './model-items.ts'
import type { ChosenModel, ModelCall } from './model-requests.ts'

/** Attempts one record describes: so many fit, whatever they say. */
const ATTEMPTS_IN_DETAIL = 64

/** What a server answers that refuses every request for a model: it takes no key, wants money, or has no such model. */
const REFUSES_ALL: ReadonlySet<number> = new Set([401, 402, 404])

/** What it took to bring a call's items back. */
export type Effort = Pick<Obs['model.result'], 'tookMs' | 'attempts' | 'detail'>

interface Sent extends Item {
  readonly attempts: readonly Attempt[]
}

/** One model call on its way through the gate: its command record, its attempts, its result record. */
export class Command {
  readonly #state: RunState
  readonly #lane: FrameState
  readonly #id: StepId
  readonly #call: ModelCall
  readonly #chosen: ChosenModel
  readonly #maxOutputTokens: number
  readonly #prompt: KeptPrompt
  readonly #bounds: readonly Amount[]
  /** Attempts of a process that died, by item: each may have been sent. */
  readonly #earlier = new Map<number, Earlier>()
  #seq = -1

  constructor(state: RunState, lane: FrameState, id: StepId, call: ModelCall, chosen: ChosenModel) {
    this.#state = state
    this.#lane = lane
    this.#id = id
    this.#call = call
    this.#chosen = chosen
    const { conversations, role } = call
    const { limits } = lane.share
    const { model } = chosen
    this.#maxOutputTokens =
      role === 'turn' ? turnOutputTokens(limits, model) : leafOutputTokens(limits, model)
    this.#prompt = keptPrompt(conversations, role, lane.asked)
    if (role === 'turn') lane.asked = conversations[0] ?? []
    this.#bounds = call.conversations.map((messages) =>
      attemptBound(model, inputBound(messages), this.#maxOutputTokens),
    )
  }

  /** What attempts of an item need; the first attempt of the first item may have room held back for it. */
  ports(item: number, held?: StandingReservation): AttemptPorts {
    const { slots, ports, suspension } = this.#state
    const { pool } = this.#lane.share
    let unused = held
    return {
      callModel: (model, request) => suspension.track(ports.callModel(model, request)),
      slots: slots(this.#chosen.model),
      demand: { depth: this.#lane.depth, tokens: totalTokens(this.#bound(item)) },
      monotonic: () => ports.clock.monotonic(),
      reserve: async () => {
        await suspension.pass()
        const hold = unused
        unused = undefined
        if (hold !== undefined && covers(hold.bound, this.#bound(item))) return hold.use()
        hold?.release()
        const reservation = await pool.reserve(this.#bound(item), this.#call.signal)
        this.#lane.share.draw(this.#lane.label)
        return reservation
      },
      retrying: (attempt) => this.#retry(item, attempt),
    }
  }

  /** Takes on the labels of all who drew on the share, and is one of them from now on. */
  async draw(): Promise<void> {
    const lane = this.#lane
    await lane.look()
    lane.share.draw(lane.label)
  }

  /** Writes the command of a call that may go out, durably. */
  async write(): Promise<void> {
    const written = this.#write('ok', null)
    this.#seq = written.seq
    this.#state.tally.models.add(this.#chosen.model.id)
    await written.durable
  }

  /** Writes the command of a call that will not go out. */
  async writeRefused(error: WritError, onFinal: OnFinal): Promise<void> {
    const written = this.#write(outcomeOf(error), error)
    noteLimit(this.#state, this.#lane.label, written.seq, error)
    onFinal(written.seq)
    await written.durable
    this.#event(outcomeOf(error), showable(this.#state, this.#lane.label, error.message, error.code), 0, 0)
  }

  /** Retries of a recorded call stand in the record of this run, too. */
  async repeat(retries: ReadonlyMap<number, number>): Promise<void> {
    const { journal } = this.#state
    for (const [item, count] of retries)
      for (let attempt = 2; attempt <= 1 + count; attempt += 1)
        await journal.repeat('model.attempt', this.#id, this.#attempt(item, attempt), 'flush')
  }

  /** So do its attempts, where records of their own describe them. */
  async repeatUsage(attempts: readonly Attempt[]): Promise<void> {
    const { journal } = this.#state
    this.#tell(attempts)
    for (const obs of this.#usage(attempts)) await journal.repeat('model.usage', this.#id, obs, 'commit')
  }

  async #retry(item: number, attempt: number): Promise<void> {
    const { journal } = this.#state
    await journal.write({
      kind: 'model.attempt',
      id: this.#id,
      det: {},
      obs: this.#attempt(item, attempt),
      durability: 'flush',
    }).durable
  }

  #attempt(item: number, attempt: number): Obs['model.attempt'] {
    return { at: this.#state.journal.now(), command: this.#seq, item, attempt }
  }

  /** Counts the attempts of a process that died as spent: their bound, as far as the limits left room for them. */
  chargeInDoubt(retries: ReadonlyMap<number, number>): void {
    for (const [item, bound] of this.#bounds.entries()) {
      const begun = 1 + (retries.get(item) ?? 0)
      const metering = unmetered(this.#call.conversations[item] ?? [])
      const attempts = Array.from({ length: begun }, (_, index): Attempt => {
        const charged = this.#lane.share.pool.chargeInDoubt(bound)
        const how = { status: 0, tookMs: 0, chargedAs: 'bound', requestId: null } as const
        return { item, attempt: index + 1, charged, ...how, ...metering }
      })
      this.#earlier.set(item, { begun, charged: attempts.filter((attempt) => attempt.charged.calls > 0) })
    }
  }

  /** Sends every item, records what came of them, and gives it. */
  async send(asked: number, onFinal: OnFinal, first?: Entry): Promise<readonly ItemOutcome<string>[]> {
    const { clock } = this.#state.ports
    const sent = clock.monotonic()
    const items = await Promise.all(
      this.#call.conversations.map((_, index) => this.#sendItem(index, index === 0 ? first : undefined)),
    )
    const answered = clock.monotonic()
    const attempts = items.flatMap((item) => item.attempts)
    // Each item took room of its own, and whether it found any tells what others drew.
    await this.draw()
    const detail = await this.#detail(attempts)
    const effort = {
      tookMs: Math.round(answered - sent),
      attempts: attempts.length,
      detail,
    }
    await this.finish(items, effort, onFinal)
    this.#report(items, clock.monotonic() - asked, sent - asked + clock.monotonic() - answered)
    return items.map((item) => item.outcome)
  }

  /** The attempts that the result describes: all, unless there are so many that records of their own do. */
  async #detail(attempts: readonly Attempt[]): Promise<readonly Attempt[]> {
    if (attempts.length <= ATTEMPTS_IN_DETAIL) return attempts
    const { journal } = this.#state
    this.#tell(attempts)
    for (const obs of this.#usage(attempts))
      await journal.write({ kind: 'model.usage', id: this.#id, det: {}, obs, durability: 'commit' }).durable
    return []
  }

  *#usage(attempts: readonly Attempt[]): Iterable<Obs['model.usage']> {
    for (let first = 0; first < attempts.length; first += ATTEMPTS_IN_DETAIL) {
      const detail = attempts.slice(first, first + ATTEMPTS_IN_DETAIL)
      yield { at: this.#state.journal.now(), command: this.#seq, first, detail }
    }
  }

  /** Counts the attempts that were charged their bound, what was charged as cached, and a model that refuses all. */
  #tell(attempts: readonly Attempt[]): void {
    const { tally } = this.#state
    tally.boundCalls += attempts.filter(({ chargedAs }) => chargedAs === 'bound').length
    tally.cachedInputTokens += cachedInputTokens(attempts)
    if (attempts.some(({ status }) => REFUSES_ALL.has(status)))
      tally.refusing.saw(this.#chosen.model.id, this.#lane.label)
  }

  async #sendItem(item: number, first: Entry | undefined): Promise<Sent> {
    const messages = this.#call.conversations[item] ?? []
    const earlier = this.#earlier.get(item)
    const { lane, n } = this.#id
    const key = Buffer.from(derive(this.#state.ports.log.key, `idempotency|${lane}|${n}|${item}`)).toString(
      'hex',
    )
    const request = {
      profile: this.#chosen.model,
      messages,
      maxOutputTokens: this.#maxOutputTokens,
      json: this.#call.json?.has(item) === true,
      bound: this.#bound(item),
      idempotencyKey: key,
      item,
      ...defined({ earlier }),
    }
    const { result, attempts, charged } = await attemptRequest(
      request,
      this.ports(item),
      this.#call.signal,
      first,
    )
    const outcome: ItemOutcome<string> = result.ok
      ? { ok: true, value: result.reply.text }
      : { ok: false, error: this.#cause(result.error) }
    return { outcome, attempts, charged }
  }

  /** What ended the run says more than how it showed in the turn that was under way. */
  #cause(error: WritError): WritError {
    const { signal } = this.#call
    if (this.#call.role !== 'turn' || !signal.aborted) return error
    const { code, message, data } = toWritError(signal.reason)
    return new WritError(code, message, { data: { ...data, ...error.data } })
  }

  /** The call found no room, or was cancelled while it waited: a sub-call's items fail one by one, a turn as a whole. */
  async limited(error: WritError, onFinal: OnFinal): Promise<readonly ItemOutcome<string>[]> {
    const limit = outcomeOf(error) === 'limit'
    await this.writeRefused(error, onFinal)
    if (this.#call.role === 'turn' || !limit) throw error
    return this.#call.conversations.map(() => ({ ok: false, error }))
  }

  /** Records what came of the items. */
  async finish(
    items: readonly Item[],
    { tookMs, attempts, detail }: Effort,
    onFinal: OnFinal,
  ): Promise<void> {
    const { journal } = this.#state
    const charged = items.reduce((sum, item) => addAmounts(sum, item.charged), NOTHING)
    this.#lane.charge(charged)
    const { tally } = this.#state
    this.#tell(detail)
    if (this.#chosen.model.price === null) tally.costKnown = false
    if (items.some(({ outcome }) => outcome.ok)) tally.answered.add(this.#chosen.model.id)
    const outputs = items.map((item) => outputText(item.outcome))
    const failed = items.filter((item) => !item.outcome.ok)
    const [only] = items
    const single = items.length === 1 && only !== undefined && !only.outcome.ok ? only.outcome.error : null
    const written = journal.write({
      kind: 'model.result',
      id: this.#id,
      det: {
        outcome: single === null ? (failed.length === items.length ? 'error' : 'ok') : outcomeOf(single),
        code: single?.code ?? null,
        output: this.outputCommitment(outputs),
        outcomes: countOutcomes(items),
        charged,
        label: this.#lane.label,
      },
      obs: { at: journal.now(), tookMs, command: this.#seq, attempts, detail },
      payloads: { output: JSON.stringify(outputs) },
      durability: 'commit',
    })
    for (const { outcome } of failed)
      if (!outcome.ok) noteLimit(this.#state, this.#lane.label, written.seq, outcome.error)
    onFinal(written.seq)
    await written.durable
  }

  #report(items: readonly Sent[], tookMs: number, gateMs: number): void {
    const failed = items.filter((item) => !item.outcome.ok).length
    const retries = items.reduce((sum, item) => sum + Math.max(0, item.attempts.length - 1), 0)
    const bound = items.flatMap((item) => item.attempts).filter(({ chargedAs }) => chargedAs === 'bound')
    const parts = [
      ...(items.length > 1 ? [`${items.length} requests`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(retries > 0 ? [`${retries} retried`] : []),
      ...(bound.length > 0 ? [`${bound.length} charged the worst case`] : []),
    ]
    this.#event(failed === items.length ? 'error' : 'ok', parts.join(', '), tookMs, gateMs)
  }

  #bound(item: number): Amount {
    return this.#bounds[item] ?? NOTHING
  }

  /** What the call asks for, whatever comes of it. */
  asked(): Omit<Det['model.call'], 'outcome' | 'code' | 'label'> {
    const { model, passed, decision } = this.#chosen
    const { instead } = this.#call
    const texts = this.#call.conversations.map((messages) => JSON.stringify(messages))
    return {
      role: this.#call.role,
      model: model.id,
      ...(passed.length === 0 ? {} : { passed }),
      ...defined({ instead }),
      items: texts.length,
      input: this.#commitment('model.call', 'input', texts),
      maxOutputTokens: this.#maxOutputTokens,
      decision,
      bound: this.#bounds.reduce(addAmounts, NOTHING),
    }
  }

  #write(outcome: Outcome, error: WritError | null): { seq: number; durable: Promise<void> } {
    const { journal } = this.#state
    const { input, payloads } = this.#call
    const refusal = error === null ? {} : { error: errorJson(error) }
    return journal.write({
      kind: 'model.call',
      id: this.#id,
      det: { ...this.asked(), outcome, code: error?.code ?? null, label: this.#lane.label },
      obs: { at: journal.now(), inFlight: this.#state.slots(this.#chosen.model).inFlight },
      payloads: {
        hash: commandHash('model.call', JSON.stringify(input)),
        prompt: JSON.stringify(this.#prompt),
        ...payloads,
        ...refusal,
      },
      durability: 'flush',
    })
  }

  /** What a result commits to of the texts that came back. */
  outputCommitment(outputs: readonly string[]): string {
    return this.#commitment('model.result', 'output', outputs)
  }

  /** Of one text, its commitment; of a batch, the Merkle root over its items' commitments. */
  #commitment(kind: 'model.call' | 'model.result', name: string, texts: readonly string[]): string {
    const { journal } = this.#state
    const [only] = texts
    return texts.length === 1 && only !== undefined
      ? journal.commit(this.#id, kind, name, only)
      : journal.commitItems(this.#id, kind, name, texts)
  }

  #event(outcome: Outcome, detail: string, tookMs: number, gateMs: number): void {
    const { id } = this.#lane
    const { role } = this.#call
    this.#state.ports.onEvent({
      type: 'step',
      lane: id,
      n: this.#id.n,
      kind: 'model.call',
      op: role,
      outcome,
      detail,
      tookMs,
      gateMs,
    })
  }
}
