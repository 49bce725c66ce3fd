import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type CellResult,
  type CorpusView,
  type Frame,
  type FrameValue,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  type GuestContext,
  HOST_NAMES,
  type HostCall,
  type HostReply,
  type ItemOutcome,
  type Label,
  MAX_SHOWN_CHARS,
  type Message,
  type ModelProfile,
  type Perform,
  type SpawnRequest,
  type StepName,
  type Steps,
  type SubCall,
  toWritError,
  type Vm,
  WritError,
} from '@writ/contract'
import { derive } from '@writ/evidence'
import type { Hold } from './budget-pool.ts'
import { cite, docsStep, grepStep, outlineStep, readStep, searchStep } from './context-steps.ts'
import { Delivery } from './delivery.ts'
import { commandHash, type Place } from './journal.ts'
import { KeptResults } from './kept-results.ts'
import type { Lane } from './lane.ts'
import { type LocalStep, type OnFinal, performLocal } from './local-step.ts'
import { performModelCall } from './model-call.ts'
import { checkValue, citationsOf, performRelease, type Released } from './release.ts'
import { chooseModel, errorJson, outcomeOf, type RunState, showable } from './run-state.ts'
import { performSpawn, type RunFrame } from './spawn.ts'
import { leafOutputTokens, turnOutputTokens } from './turn-bounds.ts'

/** Share of a limit at which the turn header names it. */
const PRESSURE = 0.8

const nowhere: OnFinal = () => undefined

/** What a frame is opened with besides its lane. */
export interface FrameStart {
  readonly holds: { readonly next?: Hold; readonly last?: Hold }
  readonly corpus: CorpusView
  readonly context: GuestContext
  readonly lastTurnBytes: number
  readonly runFrame: RunFrame
}

/** The frame as reasoning sees it: every method is a way through the gate. */
export class KernelFrame implements Frame {
  readonly #state: RunState
  readonly #lane: Lane
  readonly #start: FrameStart
  readonly #delivery = new Delivery()
  readonly #kept = new KeptResults()
  readonly #pending = new Set<Promise<unknown>>()
  #next: Hold | undefined
  #vm: Promise<Vm> | undefined
  #released: Released | undefined

  constructor(state: RunState, lane: Lane, start: FrameStart) {
    this.#state = state
    this.#lane = lane
    this.#start = start
    this.#next = start.holds.next
  }

  get lane(): string {
    return this.#lane.id
  }

  get depth(): number {
    return this.#lane.depth
  }

  get maxDepth(): number {
    return this.#state.limits.maxDepth
  }

  get maxTurns(): number {
    return this.#state.limits.maxTurns
  }

  get goal(): string {
    return this.#lane.goal
  }

  get model(): { id: string; contextWindow: number } {
    return this.#lane.model
  }

  get corpus(): CorpusView {
    return this.#start.corpus
  }

  get context(): GuestContext {
    return this.#start.context
  }

  get signal(): AbortSignal {
    return this.#lane.signal
  }

  get lastTurnBytes(): number {
    return this.#start.lastTurnBytes
  }

  /** What the frame released, once it has. */
  get released(): Released | undefined {
    return this.#released
  }

  label(): Label {
    return this.#lane.label
  }

  pressure(): readonly string[] {
    const { limits, ports, pool, epochMs } = this.#state
    const late = limits.timeoutMs !== null && ports.clock.now() - epochMs >= limits.timeoutMs * PRESSURE
    return [...pool.pressure(PRESSURE), ...(late ? ['time'] : [])]
  }

  async turn(messages: readonly Message[], last: boolean): Promise<string> {
    const hold = last ? this.#start.holds.last : this.#next
    if (!last) this.#next = undefined
    this.#lane.turns += 1
    const tail = messages.at(-1)?.text ?? ''
    const outcomes = await performModelCall(
      this.#state,
      this.#lane,
      this.#lane.next(),
      {
        role: 'turn',
        model: this.#lane.model,
        conversations: [messages],
        maxOutputTokens: turnOutputTokens(this.#state.limits, this.#lane.model),
        input: { model: this.#lane.model.id, messages },
        tail,
        ...(hold === undefined ? {} : { held: hold }),
      },
      nowhere,
    )
    return unwrap(outcomes)
  }

  async cell(
    code: string,
    onCall: (call: HostCall, perform: Perform) => Promise<HostReply>,
  ): Promise<CellResult> {
    const started = this.#state.ports.clock.monotonic()
    this.#vm ??= this.#openVm()
    const vm = await this.#vm
    let stopped = false
    this.#lane.cellReadBytes = 0
    const answer = async (call: HostCall): Promise<void> => {
      let seq: number | undefined
      const perform: Perform = (name, request) =>
        this.#step(name, request, (final) => {
          seq = final
          this.#delivery.owe(final)
        })
      const reply = await onCall(call, perform)
      const send = (): void => {
        if (!stopped) vm.reply(call.id, reply)
      }
      if (seq === undefined) send()
      else this.#delivery.deliver(seq, send)
    }
    const limits = { fuelPolls: CELL_FUEL_POLLS, backstopMs: CELL_BACKSTOP_MS, outputChars: MAX_SHOWN_CHARS }
    const result = await vm.run(code, limits, (call) => this.#track(answer(call)), this.#lane.signal)
    // A cell that was stopped is undone, and with it the promises its calls would have settled.
    stopped = result.outcome !== 'ok' && result.outcome !== 'error'
    this.#kept.endCell(stopped)
    await this.#recordCell(code, result, started)
    return result
  }

  readonly perform: Perform = (name, request) => this.#step(name, request, nowhere)

  async release(valueJson: string): Promise<void> {
    // A release is the last thing a frame does: what is in flight is cancelled, recorded, and delivered to nobody.
    await this.#cancelPending()
    if (this.#lane.parent === null) {
      this.#released = await performRelease(this.#state, this.#lane, valueJson)
      return
    }
    checkValue(this.#state, valueJson)
    this.#released = { place: null, valueJson, citations: citationsOf(this.#lane) }
  }

  async draft(): Promise<string | undefined> {
    return (await this.#vm)?.draft()
  }

  /** Ends what is still under way, waits until it is recorded, and closes the VM. */
  async close(): Promise<void> {
    await this.#cancelPending()
    const vm = await this.#vm?.catch(() => undefined)
    await vm?.close()
  }

  /** Cancels what is under way and waits until all of it is recorded. */
  async #cancelPending(): Promise<void> {
    this.#lane.cancel()
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#pending.delete(tracked))
    this.#pending.add(tracked)
  }

  #openVm(): Promise<Vm> {
    const { key, ports, epochMs } = this.#state
    return ports.sandbox.open({
      name: this.#lane.id,
      memoryBytes: GUEST_MEMORY_BYTES,
      stackBytes: GUEST_STACK_BYTES,
      seed: Buffer.from(derive(key, `guest-seed|${this.#lane.id}`)).toString('hex'),
      epochMs,
      functions: HOST_NAMES.map((name) => name.name),
      context: this.#start.context,
    })
  }

  /** The table of steps: what each name asks of the gate. */
  #step<K extends StepName>(
    name: K,
    request: Steps[K]['request'],
    onFinal: OnFinal,
  ): Promise<Steps[K]['result']> {
    const place = this.#lane.next()
    const table: { [N in StepName]: (asked: Steps[N]['request']) => Promise<Steps[N]['result']> } = {
      'context.docs': (asked) => this.#local(place, docsStep(this.#store, this.#lane, asked), onFinal),
      'context.search': (asked) => this.#local(place, searchStep(this.#store, this.#lane, asked), onFinal),
      'context.grep': (asked) => this.#local(place, grepStep(this.#store, this.#lane, asked), onFinal),
      'context.outline': (asked) => this.#local(place, outlineStep(this.#store, this.#lane, asked), onFinal),
      'context.read': (asked) => this.#local(place, readStep(this.#store, this.#lane, asked), onFinal),
      'model.call': (asked) => this.#subCalls(place, asked, onFinal),
      'frame.spawn': (asked) => this.#children(place, asked.children, onFinal),
      cite: (asked) => this.#value(place, 'cite', asked, () => cite(this.#store, this.#lane, asked), onFinal),
      budget: (asked) => this.#value(place, 'budget', asked, () => Promise.resolve(this.#budget()), onFinal),
      refuse: (asked) => {
        const refusal = new WritError('BAD_REQUEST', asked.message)
        return this.#value(place, asked.op, asked, () => Promise.reject(refusal), onFinal)
      },
    }
    return table[name](request)
  }

  get #store(): RunState['ports']['store'] {
    return this.#state.ports.store
  }

  #local<T>(place: Place, step: LocalStep<T>, onFinal: OnFinal): Promise<T> {
    return performLocal(this.#state, this.#lane, place, step, onFinal)
  }

  async #subCalls(
    place: Place,
    request: Steps['model.call']['request'],
    onFinal: OnFinal,
  ): Promise<readonly ItemOutcome<string>[]> {
    const prepared = await this.#prepare(request).catch(async (error: unknown) => {
      return await this.#value(place, 'llm_query', request, () => Promise.reject(error), onFinal)
    })
    const { model, conversations } = prepared
    const maxOutputTokens = leafOutputTokens(this.#state.limits, model)
    const keys = conversations.map((messages) => JSON.stringify([model.id, messages]))
    return await this.#reusing(place, 'llm_query', keys, onFinal, (missing) =>
      performModelCall(
        this.#state,
        this.#lane,
        place,
        {
          role: 'leaf',
          model,
          conversations: missing.map((index) => conversations[index] ?? []),
          maxOutputTokens,
          input: { model: model.id, prompts: missing.map((index) => request.prompts[index]) },
          tail: '',
        },
        onFinal,
      ),
    )
  }

  #children(
    place: Place,
    requests: readonly SpawnRequest[],
    onFinal: OnFinal,
  ): Promise<readonly ItemOutcome<FrameValue>[]> {
    const keys = requests.map((request) => JSON.stringify(request))
    return this.#reusing(place, 'rlm_query', keys, onFinal, (missing) => {
      const wanted = requests.filter((_, index) => missing.includes(index))
      return performSpawn(this.#state, this.#lane, place, wanted, this.#start.runFrame, onFinal)
    })
  }

  /** Answers items from results kept of stopped cells, performs only those that are missing, and keeps their order. */
  async #reusing<T>(
    place: Place,
    op: string,
    keys: readonly string[],
    onFinal: OnFinal,
    perform: (missing: readonly number[]) => Promise<readonly ItemOutcome<T>[]>,
  ): Promise<readonly ItemOutcome<T>[]> {
    const kept = keys.map((key) => this.#kept.take(key))
    const missing = [...keys.keys()].filter((index) => kept[index] === undefined)
    const performed =
      missing.length > 0
        ? await perform(missing)
        : await this.#value(place, op, keys, () => Promise.resolve([]), onFinal)
    const fresh = performed.values()
    return keys.map((key, index) => {
      const known = kept[index]
      const outcome =
        known === undefined ? fresh.next().value : ({ ok: true, value: known.value as T } as const)
      if (outcome === undefined)
        throw new WritError('INTERNAL', `An item of ${op} came back without an outcome.`)
      if (outcome.ok) this.#kept.note(key, outcome.value)
      return outcome
    })
  }

  /** Resolves the model and puts together the prompts, reading spans for the frame without showing them to it. */
  async #prepare(request: Steps['model.call']['request']): Promise<{
    model: ReturnType<typeof chooseModel>
    conversations: readonly (readonly Message[])[]
  }> {
    const model = chooseModel(this.#state, request.model)
    const system: Message = { role: 'system', text: this.#state.ports.reasoner.leafPrompt }
    checkSpans(request.prompts, model)
    const conversations: (readonly Message[])[] = []
    for (const prompt of request.prompts)
      conversations.push([system, { role: 'user', text: await this.#assemble(prompt) }])
    return { model, conversations }
  }

  async #assemble({ prompt, spans = [] }: SubCall): Promise<string> {
    const parts = [prompt]
    for (const span of spans) {
      const read = await this.perform('context.read', { doc: span.doc, start: span.start, end: span.end })
      parts.push(
        `<span doc=${JSON.stringify(read.doc)} start="${read.start}" end="${read.end}">\n${read.text}\n</span>`,
      )
    }
    return parts.join('\n\n')
  }

  #budget(): Steps['budget']['result'] {
    const { maxDepth, maxTurns } = this.#state.limits
    const { depth, turns } = this.#lane
    return { ...this.#state.pool.left(), depth: maxDepth - depth, turns: maxTurns - turns }
  }

  /** A value given to a cell without a decision or an effect; recorded like any other, so that replay can give it again. */
  async #value<T>(
    place: Place,
    op: string,
    input: unknown,
    make: () => Promise<T>,
    onFinal: OnFinal,
  ): Promise<T> {
    const { journal } = this.#state
    const made = await make().then(
      (value) => ({ ok: true as const, value }),
      (error: unknown) => ({ ok: false as const, error: toWritError(error) }),
    )
    const output = made.ok ? JSON.stringify(made.value) : errorJson(made.error)
    const written = journal.write(
      'local',
      place,
      {
        op,
        outcome: made.ok ? 'ok' : outcomeOf(made.error),
        code: made.ok ? null : made.error.code,
        input: journal.commit(place, 'local', 'input', JSON.stringify(input)),
        output: journal.commit(place, 'local', 'output', output),
      },
      { at: journal.now() },
      { hash: commandHash('local', { op, input }), output },
      'commit',
    )
    onFinal(written.seq)
    await written.durable
    if (!made.ok) throw made.error
    return made.value
  }

  async #recordCell(code: string, result: CellResult, started: number): Promise<void> {
    const { journal, ports } = this.#state
    const place = this.#lane.next()
    const shown = JSON.stringify([result.output, result.shown ?? null, result.error ?? null])
    const tookMs = ports.clock.monotonic() - started
    const written = journal.write(
      'cell',
      place,
      {
        code: journal.commit(place, 'cell', 'code', code),
        outcome: result.outcome,
        output: journal.commit(place, 'cell', 'output', shown),
        fuel: result.fuel,
        final: result.finalJson !== undefined,
      },
      { at: journal.now(), tookMs: Math.round(tookMs) },
      { hash: commandHash('cell', { code }), shown },
      'commit',
    )
    await written.durable
    const { error } = result
    const detail =
      error === undefined ? '' : showable(this.#state, this.#lane.label, error.message, error.name)
    const { outcome } = result
    ports.onEvent({
      type: 'step',
      lane: this.lane,
      n: place.n,
      kind: 'cell',
      op: 'cell',
      outcome,
      detail,
      tookMs,
      gateMs: 0,
    })
  }
}

function unwrap(outcomes: readonly ItemOutcome<string>[]): string {
  const [outcome] = outcomes
  if (outcome === undefined) throw new WritError('INTERNAL', 'A model call came back without an outcome.')
  if (!outcome.ok) throw outcome.error
  return outcome.value
}

/** Bytes of spans per token of the model's window that are still read: more could never fit, whatever the text. */
const MOST_BYTES_PER_TOKEN = 16

/** Refuses spans that cannot fit the model's window, before any of them is read. */
function checkSpans(prompts: readonly SubCall[], model: ModelProfile): void {
  const most = model.contextWindow * MOST_BYTES_PER_TOKEN
  for (const { spans = [] } of prompts) {
    const bytes = spans.reduce((sum, span) => sum + Math.max(0, span.end - span.start), 0)
    if (bytes > most)
      throw new WritError(
        'BAD_REQUEST',
        `The spans have ${bytes} bytes; ${model.id} could take at most ${most}.`,
      )
  }
}
