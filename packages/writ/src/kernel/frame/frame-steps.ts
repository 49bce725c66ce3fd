import {
  type BudgetLeft,
  defined,
  type Frame,
  type FrameValue,
  type ItemOutcome,
  type Message,
  type ModelProfile,
  type NamedScript,
  type ReadResult,
  type ScriptCall,
  type SpawnRequest,
  type StepName,
  type Steps,
  type SubCall,
  toWritError,
  WritError,
  withDocuments,
} from '@writ/contract'
import type { CheckedSchema } from '../../schema/index.ts'
import type { ModelList } from '../basis/model-list.ts'
import type { StepId } from '../basis/step-id.ts'
import { requirePrompt } from '../basis/turn-bounds.ts'
import type { FrameState } from '../state/frame-state.ts'
import { chooseModel, modelList } from '../state/run-models.ts'
import type { RunState } from '../state/run-state.ts'
import { listedScripts, namedScript } from '../steps/child-script.ts'
import { cite } from '../steps/cite-step.ts'
import { type ContextStep, type OnFinal, performContextStep } from '../steps/context-step.ts'
import { type HostValue, performHostValue } from '../steps/host-value.ts'
import { type CallSteps, callSteps, performCall, recordUnused } from '../steps/model-fallback.ts'
import type { ModelCall } from '../steps/model-request.ts'
import { performNote } from '../steps/note-step.ts'
import { notesStep } from '../steps/notes-request.ts'
import type { Child } from '../steps/open-child.ts'
import { performSpawn, type RunFrame } from '../steps/spawn.ts'
import { performTypedCall } from '../steps/typed-call.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import { contextSteps } from './context-steps.ts'
import { FanOut } from './fan-out.ts'
import { KeptResults } from './kept-results.ts'
import { ReadySchemas } from './ready-schemas.ts'
import { Statements } from './statements.ts'
import { checkSpans, checkSteps, itemAt, mostCalls, sendOnce } from './sub-calls.ts'

/** What the steps of a frame follow from. */
type FrameFacts = Pick<Frame, 'role' | 'tuning' | 'maxTurns'>

const nowhere: OnFinal = () => undefined

/** The steps that sub-calls are asked with, and the models of each. */
interface SubCallSteps extends Pick<CallSteps, 'models'> {
  readonly id: StepId
  /** Where what came back is checked; null for sub-calls without a schema. */
  readonly check: StepId | null
}

/**
 * The steps a frame can take, by name: what each asks of the gate. INVARIANT: every id a step needs is given while
 * it is asked for, before anything is waited for, so that numbering follows the guest and nothing else.
 */
export class FrameSteps {
  readonly #state: RunState
  readonly #lane: FrameState
  readonly #runFrame: RunFrame
  readonly #kept = new KeptResults()
  readonly #fanOut: FanOut
  readonly #frame: FrameFacts
  readonly #schemas = new ReadySchemas()
  readonly #statements: Statements
  readonly #underWay = new CallsUnderWay()

  constructor(state: RunState, lane: FrameState, runFrame: RunFrame, frame: FrameFacts) {
    this.#fanOut = new FanOut(lane.script === undefined ? state.limits : null, frame)
    this.#frame = frame
    this.#state = state
    this.#lane = lane
    this.#runFrame = runFrame
    this.#statements = new Statements(lane.plannedCalls)
  }

  /** The cell ended; what a stopped one asked for is kept for whoever asks the same again. */
  endCell(stopped: boolean): void {
    this.#kept.endCell(stopped)
    if (stopped) this.#statements.clear()
  }

  perform<K extends StepName>(
    id: StepId,
    name: K,
    request: Steps[K]['request'],
    onFinal: OnFinal = nowhere,
    call?: number,
  ): Promise<Steps[K]['result']> {
    const [store, lane] = [this.#state.ports.store, this.#lane]
    const local = <T>(step: ContextStep<T>): Promise<T> =>
      performContextStep(this.#state, lane, id, step, onFinal)
    const value = <T>(step: HostValue<T>): Promise<T> =>
      performHostValue(this.#state, lane, id, step, onFinal)
    const table: { [N in StepName]: (asked: Steps[N]['request']) => Promise<Steps[N]['result']> } = {
      ...contextSteps(this.#state, lane, local),
      'model.call': (asked) => this.#needed(call, (signal) => this.#subCalls(id, asked, signal, onFinal)),
      'frame.spawn': (asked) =>
        this.#needed(call, (signal) => this.#children(id, asked.children, signal, onFinal)),
      scripts: (asked) =>
        value({ op: 'scripts', input: asked, make: () => Promise.resolve(listedScripts(this.#state)) }),
      'script.run': (asked) => this.#needed(call, (signal) => this.#script(id, asked, signal, onFinal)),
      cite: (asked) =>
        value({
          op: 'cite',
          input: asked,
          make: () => cite(store, lane, asked),
          given: (citation) => lane.citations.push(citation),
        }),
      note: (asked) => performNote(this.#state, lane, id, asked, onFinal),
      notes: async (asked) => (await local(notesStep(this.#state.notes, lane, asked))).notes,
      budget: (asked) =>
        value({ op: 'budget', input: asked, make: () => this.#budget(), budget: (left) => left }),
      'combinator.open': (asked) => {
        const op = 'combinator_open'
        try {
          this.#statements.open(id.n, asked)
        } catch (error) {
          return this.fail(id, { op, input: asked, error }, onFinal)
        }
        return value({ op, input: asked, make: () => Promise.resolve(id.n) })
      },
      'combinator.stop': (asked) =>
        value({
          op: 'combinator_stop',
          input: asked,
          // A record of it comes after those of all that it ended: whoever goes on from there finds them.
          make: async () => {
            await this.#underWay.end(asked.calls)
            return null
          },
        }),
      'combinator.close': (asked) => {
        this.#statements.close(asked.combinator)
        return value({ op: 'combinator_close', input: asked, make: () => Promise.resolve(null) })
      },
    }
    return table[name](request)
  }

  /** Does the work of a call that a combinator may no longer need; other calls end with their frame alone. */
  #needed<T>(call: number | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#lane
    if (call === undefined || !this.#statements.some) return work(signal)
    return this.#underWay.begin(call, signal, work)
  }

  /** Answers a call that makes no step of its own with an error, and records that. */
  fail(
    id: StepId,
    { op, input, error }: { readonly op: string; readonly input: unknown; readonly error: unknown },
    onFinal: OnFinal,
  ): Promise<never> {
    const refused = { op, input, make: (): Promise<never> => Promise.reject(error) }
    return performHostValue(this.#state, this.#lane, id, refused, onFinal)
  }

  async #subCalls(
    id: StepId,
    request: Steps['model.call']['request'],
    signal: AbortSignal,
    onFinal: OnFinal,
  ): Promise<readonly ItemOutcome<string>[]> {
    const typed = request.prompts.some(({ schema }) => schema !== undefined)
    const check = typed ? this.#lane.next() : null
    const fail = async (error: unknown): Promise<never> => {
      const refused = { op: 'llm_query', input: request, error }
      if (check === null) return await this.fail(id, refused, onFinal)
      await Promise.allSettled([this.fail(id, refused, nowhere)])
      return await this.fail(check, { op: 'schema', input: null, error }, onFinal)
    }
    // A fork may lie between two steps of a call.
    const choose = (step: StepId): ReturnType<typeof chooseModel> =>
      chooseModel(this.#state, step, request.model, this.#lane.profile)
    const models = (step: StepId): ModelList => modelList(this.#state, step, choose(step).role)
    let model: ModelProfile
    try {
      ;({ model } = choose(id))
      checkSpans(request.prompts, model)
      const others = [id, ...(check === null ? [] : [check])].map((step) => models(step).length - 1)
      checkSteps(this.#lane, sum(others) + sum(request.prompts.map(({ spans = [] }) => spans.length)))
      this.#fanOut.check(request.prompts.length)
      this.#statements.take(mostCalls(request.prompts))
    } catch (error) {
      return await fail(error)
    }
    const keys = request.prompts.map((prompt) => JSON.stringify([model.id, prompt]))
    const kept = keys.map((key) => this.#take<string>(key))
    const fresh = request.fresh === true || this.#statements.voting
    const { places, firsts } = sendOnce(keys, kept, fresh)
    const missing = firsts.flatMap((index) => request.prompts[index] ?? [])
    const merged = places.filter((place) => place !== null).length - missing.length
    this.#fanOut.take(missing.length)
    const asked = { model, signal, fresh, merged }
    const performed = this.#send({ id, check, models }, asked, missing, fail, keys, onFinal)
    return await this.#together(keys, kept, places, performed)
  }

  /** Sends the sub-calls that are not answered yet. Spans are read for the frame without being shown to it. */
  async #send(
    { id, check: checkId, models }: SubCallSteps,
    {
      model,
      signal,
      fresh,
      merged,
    }: Pick<ModelCall, 'signal' | 'fresh' | 'merged'> & { readonly model: ModelProfile },
    prompts: readonly SubCall[],
    fail: (error: unknown) => Promise<never>,
    keys: readonly string[],
    onFinal: OnFinal,
  ): Promise<readonly ItemOutcome<string>[]> {
    if (prompts.length === 0 && keys.length > 0) {
      const answered = { op: 'llm_query', input: keys, make: nothing }
      await performHostValue(this.#state, this.#lane, id, answered, checkId === null ? onFinal : nowhere)
      if (checkId === null) return []
      const checked = { op: 'schema', input: null, make: nothing }
      return await performHostValue(this.#state, this.#lane, checkId, checked, onFinal)
    }
    const first = callSteps(this.#lane, id, models)
    const check = checkId === null ? null : callSteps(this.#lane, checkId, models)
    const refuse = async (error: unknown): Promise<never> => {
      await recordUnused(this.#state, this.#lane, [...first.others, ...(check?.others ?? [])], nowhere)
      return await fail(error)
    }
    const read = await Promise.allSettled(prompts.map((prompt) => this.#assemble(prompt)))
    const schemas = await this.#schemas.of(prompts).catch(toWritError)
    if (schemas instanceof Error) return await refuse(schemas)
    const conversations: (readonly Message[])[] = []
    for (const [index, text] of read.entries()) {
      if (text.status === 'rejected') return await refuse(text.reason)
      const messages = [this.#leafPrompt(schemas[index] ?? null), { role: 'user', text: text.value }] as const
      try {
        requirePrompt(this.#lane.share.limits, messages)
      } catch (error) {
        return await refuse(error)
      }
      conversations.push(messages)
    }
    const call: Omit<ModelCall, 'models'> = {
      role: 'leaf',
      signal,
      conversations,
      json: new Set(schemas.flatMap((schema, index) => (schema?.objectsOnly === true ? [index] : []))),
      input: { model: model.id, prompts, ...(fresh === true ? { fresh } : {}) },
      payloads: {},
      ...defined({ fresh, merged }),
    }
    if (check !== null)
      return await performTypedCall(this.#state, this.#lane, { first, check }, call, schemas, onFinal)
    const outcomes = await performCall(this.#state, this.#lane, first, call, onFinal)
    return outcomes.map((outcome) =>
      outcome.ok ? { ok: true, value: JSON.stringify(outcome.value) } : outcome,
    )
  }

  #leafPrompt(schema: CheckedSchema | null): Message {
    const { reasoner } = this.#state.ports
    const { leafPrompt } = reasoner
    return {
      role: 'system',
      text: schema === null ? leafPrompt : `${leafPrompt}\n${reasoner.schemaPrompt(schema.json)}`,
    }
  }

  /** All spans are asked for at once, and each is read whatever becomes of the others. */
  async #assemble({ prompt, spans = [] }: SubCall): Promise<string> {
    const asked = spans.map(
      ({ doc, start, end }): Promise<ReadResult> =>
        this.perform(this.#lane.next(), 'context.read', { doc, start, end }),
    )
    await Promise.allSettled(asked)
    const parts = await Promise.all(asked)
    return withDocuments(
      prompt,
      parts.map(({ doc, start, end, text }) => ({ id: doc, span: { start, end }, text })),
    )
  }

  async #children(
    first: StepId,
    requests: readonly SpawnRequest[],
    signal: AbortSignal,
    onFinal: OnFinal,
  ): Promise<readonly ItemOutcome<FrameValue>[]> {
    try {
      checkSteps(this.#lane, requests.length - 1)
      this.#fanOut.check(requests.length)
      this.#statements.take(requests.length)
    } catch (error) {
      return await this.fail(first, { op: 'rlm_query', input: requests, error }, onFinal)
    }
    const alone = this.#statements.voting
    const keys = requests.map((request) => JSON.stringify(request))
    const kept = keys.map((key) => this.#take<FrameValue>(key))
    let open = requests.length
    // The reply waits for the whole batch, so it belongs to the record that ends the last child.
    const onEnd: OnFinal = (seq) => {
      open -= 1
      if (open === 0) onFinal(seq)
    }
    const children = requests.map((request, index): Child => {
      const step = index === 0 ? first : this.#lane.next()
      return { request, step, profile: this.#state.authority.worker, alone }
    })
    const missing = children.filter((_, index) => kept[index] === undefined)
    this.#fanOut.take(missing.length)
    const performed = performSpawn(this.#state, this.#lane, missing, this.#runFrame, onEnd, signal)
    const again = children
      .filter((_, index) => kept[index] !== undefined)
      .map(({ step, request }) =>
        performHostValue(
          this.#state,
          this.#lane,
          step,
          { op: 'rlm_query', input: request, make: nothing },
          onEnd,
        ),
      )
    const { places } = sendOnce(keys, kept, true)
    const [outcomes] = await Promise.all([this.#together(keys, kept, places, performed), ...again])
    return outcomes
  }

  /** A child that follows a script is one like any other, for what its parent is for and over what that may read. */
  async #script(
    id: StepId,
    { name, input }: ScriptCall,
    signal: AbortSignal,
    onFinal: OnFinal,
  ): Promise<FrameValue> {
    const script = { name, input }
    let output: NamedScript['output']
    try {
      ;({ output } = namedScript(this.#state, name))
    } catch (error) {
      return await this.fail(id, { op: 'run_script', input: script, error }, onFinal)
    }
    const request = {
      goal: this.#lane.goal,
      scope: 'inherit',
      script,
      ...defined({ schema: output ?? undefined }),
    } as const
    const [outcome] = await this.#children(id, [request], signal, onFinal)
    if (outcome === undefined) throw new WritError('INTERNAL', 'No outcome came back.')
    if (!outcome.ok) throw outcome.error
    return outcome.value
  }

  #take<T>(key: string): Promise<ItemOutcome<T>> | undefined {
    // What is kept under a key was asked for by the same step.
    return this.#kept.take(key) as Promise<ItemOutcome<T>> | undefined
  }

  /** Items kept of a stopped cell and items performed now, in the order asked for. */
  async #together<T>(
    keys: readonly string[],
    kept: readonly (Promise<ItemOutcome<T>> | undefined)[],
    places: readonly (number | null)[],
    performed: Promise<readonly ItemOutcome<T>[]>,
  ): Promise<readonly ItemOutcome<T>[]> {
    const items = keys.map((key, index): Promise<ItemOutcome<T>> => {
      const item = kept[index] ?? performed.then((outcomes) => itemAt(outcomes, places[index] ?? 0))
      const settled = item.catch(
        (error: unknown): ItemOutcome<T> => ({ ok: false, error: toWritError(error) }),
      )
      this.#kept.asked(key, settled)
      return settled
    })
    await performed
    return await Promise.all(items)
  }

  async #budget(): Promise<BudgetLeft> {
    await this.#lane.look()
    const { depth, turns, steps, share } = this.#lane
    const { maxDepth, frameSteps } = share.limits
    return {
      ...share.pool.left(),
      depth: maxDepth - depth,
      turns: Math.max(0, this.#frame.maxTurns - turns),
      steps: Math.max(0, frameSteps - steps),
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function nothing(): Promise<never[]> {
  return Promise.resolve([])
}
