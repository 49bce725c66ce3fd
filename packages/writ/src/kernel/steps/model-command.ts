import {
  type Amount,
  type Attempt,
  addAmounts,
  cachedInputTokens,
  type Det,
  defined,
  type ItemOutcome,
  itemPayload,
  NOTHING,
  type Obs,
  type Outcome,
  type WritError,
} from '@writ/contract'
import { commandHash, merkleOfItems } from '@writ/evidence'
import {
  type AttemptPorts,
  attemptBound,
  attemptInDoubt,
  attemptRequest,
  type Earlier,
  type Entry,
  inputBound,
} from '../basis/attempts.ts'
import type { StandingReservation } from '../basis/budget-pool.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedItem } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorJson, noteLimit, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import { attemptPorts, idempotencyKey } from './attempt-ports.ts'
import type { OnFinal } from './context-step.ts'
import { keptPrompt } from './kept-prompt.ts'
import {
  type AnsweredBefore,
  callEvent,
  causeOf,
  type Effort,
  endOf,
  type Item,
  inRecords,
  inShort,
  limitOf,
  nameRequests,
  outcomeIn,
  outputText,
  REUSED,
  resultOf,
  type Sent,
} from './model-items.ts'
import type { ChosenCall } from './model-request.ts'

/** One model call on its way through the gate: its command record, its attempts, its result record. */
export class Command {
  readonly #state: RunState
  readonly #lane: FrameState
  readonly #id: StepId
  readonly #call: ChosenCall
  readonly #before: AnsweredBefore
  readonly #bounds: readonly Amount[]
  /** Attempts of a process that died, by item: each may have been sent. */
  readonly #earlier = new Map<number, Earlier>()
  /** Items of a batch that came back to a process that died. */
  readonly #back = new Map<number, Sent>()
  /** What the record of each item commits to; empty for a call without such records. */
  readonly #leaves = new Map<number, string>()
  /** Whether the record of each item names its request. */
  #namesRequests = true
  #seq = -1

  /** `call` has the requests that are sent. */
  constructor(state: RunState, lane: FrameState, id: StepId, call: ChosenCall, before: AnsweredBefore) {
    this.#state = state
    this.#lane = lane
    this.#id = id
    this.#call = call
    this.#before = before
    this.#bounds = call.conversations.map((messages) =>
      attemptBound(call.model, inputBound(messages), call.maxOutputTokens),
    )
  }

  /** What attempts of an item need; the first attempt of the first item may have room held back for it. */
  ports(item: number, held?: StandingReservation): AttemptPorts {
    const { model, signal } = this.#call
    const retrying = (attempt: number): Promise<void> => this.#retry(item, attempt)
    return attemptPorts(this.#state, this.#lane, { model, bound: this.#bound(item), signal, retrying }, held)
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
    this.#state.tally.models.add(this.#call.model.id)
    this.#state.tally.reusedCalls += this.#reusedCalls
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

  /** So do its items, in the order in which they came back; what came of them is their record's. */
  async repeatItems(items: readonly RecordedItem[], texts: readonly string[]): Promise<void> {
    this.#namesRequests = nameRequests(items)
    for (const { det, obs } of items) {
      const text = texts[det.item] ?? ''
      await this.#writeItem(det.item, outcomeIn(text), text, obs.detail, det.charged)
    }
  }

  /** Takes items from their records: they are charged what they were, and are not sent again. */
  async takeBack(items: readonly RecordedItem[]): Promise<void> {
    this.#namesRequests = nameRequests(items)
    for (const { det, obs, text } of items) {
      const stored = await text()
      const outcome = outcomeIn(stored)
      this.#lane.share.pool.recall(det.charged)
      this.#back.set(det.item, { outcome, attempts: obs.detail, charged: det.charged })
      await this.#writeItem(det.item, outcome, stored, obs.detail, det.charged)
    }
  }

  /** So do its attempts, where records of their own describe them. */
  async repeatUsage(attempts: readonly Attempt[]): Promise<void> {
    const { journal } = this.#state
    this.#tell(attempts)
    for (const part of inRecords(attempts)) {
      const obs = { at: journal.now(), command: this.#seq, ...part }
      await journal.repeat('model.usage', this.#id, obs, 'commit')
    }
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
      if (this.#back.has(item)) continue
      const begun = 1 + (retries.get(item) ?? 0)
      const messages = this.#call.conversations[item] ?? []
      const attempts = Array.from({ length: begun }, (_, index) =>
        attemptInDoubt(item, index + 1, messages, this.#lane.share.pool.chargeInDoubt(bound)),
      )
      this.#earlier.set(item, { begun, charged: attempts.filter((attempt) => attempt.charged.calls > 0) })
    }
  }

  /** Sends every item, records what came of them, and gives it. */
  async send(asked: number, onFinal: OnFinal, first?: Entry): Promise<readonly ItemOutcome<string>[]> {
    const { clock } = this.#state.ports
    const sent = clock.monotonic()
    const items = await Promise.all(
      this.#call.conversations.map(
        async (_, index) =>
          this.#back.get(index) ?? (await this.#bringBack(index, index === 0 ? first : undefined)),
      ),
    )
    const answered = clock.monotonic()
    const attempts = items.flatMap((item) => item.attempts)
    // Each item took room of its own, and whether it found any tells what others drew.
    await this.draw()
    const effort = {
      tookMs: Math.round(answered - sent),
      attempts: attempts.length,
      detail: this.#leaves.size > 0 ? [] : attempts,
    }
    await this.finish(items, effort, onFinal)
    this.#report(items, clock.monotonic() - asked, sent - asked + clock.monotonic() - answered)
    return items.map((item) => item.outcome)
  }

  /** Sends an item. One of a batch is recorded as it comes back, and nothing waits for that. */
  async #bringBack(item: number, first: Entry | undefined): Promise<Sent> {
    const sent = await this.#sendItem(item, first)
    if (this.#call.conversations.length > 1) {
      const { outcome, attempts, charged } = sent
      await this.#writeItem(item, outcome, outputText(outcome), attempts, charged)
    }
    return sent
  }

  async #writeItem(
    item: number,
    outcome: ItemOutcome<string>,
    text: string,
    detail: readonly Attempt[],
    charged: Amount,
  ): Promise<void> {
    const { journal } = this.#state
    this.#tell(detail)
    const asked = JSON.stringify(this.#call.conversations[item])
    // Leaves of what the command and the result commit to.
    const input = this.#namesRequests
      ? journal.commit(this.#id, 'model.call', `input/${item}`, asked)
      : undefined
    const output = journal.commit(this.#id, 'model.result', `output/${item}`, text)
    this.#leaves.set(item, output)
    await journal.write({
      kind: 'model.item',
      id: this.#id,
      det: {
        item,
        ...defined({ input }),
        ...endOf(outcome),
        output,
        charged,
      },
      obs: { at: journal.now(), command: this.#seq, detail },
      payloads: { [itemPayload(item, 'output')]: text },
      durability: 'soon',
    }).durable
  }

  /** Counts the attempts that were charged their bound, what was charged as cached, and a model that refuses all. */
  #tell(attempts: readonly Attempt[]): void {
    const { tally } = this.#state
    tally.boundCalls += attempts.filter(({ chargedAs }) => chargedAs === 'bound').length
    tally.cachedInputTokens += cachedInputTokens(attempts)
    tally.refusing.note(this.#call.model.id, attempts, this.#lane.label)
  }

  async #sendItem(item: number, first: Entry | undefined): Promise<Sent> {
    const messages = this.#call.conversations[item] ?? []
    const earlier = this.#earlier.get(item)
    const request = {
      profile: this.#call.model,
      messages,
      maxOutputTokens: this.#call.maxOutputTokens,
      json: this.#call.json?.has(item) === true,
      bound: this.#bound(item),
      idempotencyKey: idempotencyKey(this.#state.ports.log.key, this.#id, item),
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
      : { ok: false, error: causeOf(result.error, this.#call) }
    return { outcome, attempts, charged }
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
    if (this.#call.model.price === null) tally.costKnown = false
    if (items.some(({ outcome }) => outcome.ok)) tally.answered.add(this.#call.model.id)
    const outputs = items.map((item) => outputText(item.outcome))
    const leaves = items.flatMap((_, item) => this.#leaves.get(item) ?? [])
    const written = journal.write({
      kind: 'model.result',
      id: this.#id,
      det: {
        ...resultOf(items, this.#before),
        output: leaves.length > 0 ? merkleOfItems(leaves) : this.outputCommitment(outputs),
        charged,
        label: this.#lane.label,
      },
      obs: { at: journal.now(), tookMs, command: this.#seq, attempts, detail },
      // What came of an item is stored once, beside its own record.
      payloads: leaves.length > 0 ? {} : { output: JSON.stringify(outputs) },
      // A cell goes on with a sub-call's value at once, most often to its next command, which takes this record along.
      durability: this.#call.role === 'turn' ? 'commit' : 'soon',
    })
    const limit = limitOf(items)
    if (limit !== undefined) noteLimit(this.#state, this.#lane.label, written.seq, limit)
    onFinal(written.seq)
    await written.durable
  }

  #report(items: readonly Sent[], tookMs: number, gateMs: number): void {
    const { outcome } = resultOf(items, this.#before)
    this.#event(outcome === 'ok' ? 'ok' : 'error', inShort(items, this.#reusedCalls), tookMs, gateMs)
  }

  #bound(item: number): Amount {
    return this.#bounds[item] ?? NOTHING
  }

  /** What the call asks for, whatever comes of it. */
  asked(): Omit<Det['model.call'], 'outcome' | 'code' | 'label'> {
    const texts = this.#call.conversations.map((messages) => JSON.stringify(messages))
    const { reused } = this.#before
    const { merged = 0, model, passed, instead, maxOutputTokens, decision } = this.#call
    return {
      ...(reused.length === 0 ? {} : { reused }),
      ...(merged === 0 ? {} : { merged }),
      role: this.#call.role,
      model: model.id,
      ...(passed.length === 0 ? {} : { passed }),
      ...defined({ instead }),
      items: texts.length,
      input: this.#commitment('model.call', 'input', texts),
      maxOutputTokens,
      decision,
      bound: this.#bounds.reduce(addAmounts, NOTHING),
    }
  }

  #write(outcome: Outcome, error: WritError | null): { seq: number; durable: Promise<void> } {
    const { journal } = this.#state
    const { input, payloads, conversations, role } = this.#call
    const prompt = keptPrompt(conversations, role, this.#lane.asked)
    if (role === 'turn') this.#lane.asked = conversations[0] ?? []
    const refusal = error === null ? {} : { error: errorJson(error) }
    return journal.write({
      kind: 'model.call',
      id: this.#id,
      det: { ...this.asked(), outcome, code: error?.code ?? null, label: this.#lane.label },
      obs: { at: journal.now(), inFlight: this.#state.slots(this.#call.model).inFlight },
      payloads: {
        hash: commandHash('model.call', JSON.stringify(input)),
        prompt: JSON.stringify(prompt),
        ...payloads,
        ...(this.#before.texts.length === 0 ? {} : { [REUSED]: JSON.stringify(this.#before.texts) }),
        ...refusal,
      },
      durability: 'flush',
    })
  }

  /** Sub-calls that this one answers without sending them. */
  get #reusedCalls(): number {
    return this.#before.texts.length + (this.#call.merged ?? 0)
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
    const { role } = this.#call
    this.#state.ports.onEvent(callEvent(this.#id, role, { outcome, detail, tookMs, gateMs }))
  }
}
