import {
  type Citation,
  type DocumentCoverage,
  itemPayload,
  type Json,
  type KeptPrompt,
  type Message,
  payloadPath,
  promptOf,
  type RecordKind,
} from '@writ/contract'
import { commandHash } from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { passagesIn } from './passages.ts'
import type { Frame, Step } from './run-steps.ts'

/** What went wrong in a step. */
export interface StepError {
  readonly code: string
  /** With the place in the code, for an error of a cell. */
  readonly message: string
}

/** What a step was asked and what came of it: content, under the label of the step. Null where it is not to be had. */
export interface StepContent {
  readonly input: Json
  readonly output: Json
  readonly error: StepError | null
  /** Ids of the documents it was handed text of. */
  readonly documents: readonly string[]
  /** The same for the same request in any run. */
  readonly commandHash: string | null
}

/** What lies beside a step, as texts. */
type Beside = (name: string, kind?: RecordKind) => Promise<string | null>

/** Reads what lies beside the steps of a run. */
export class ContentReader {
  readonly #source: Pick<RunSource, 'text'>
  readonly #turns: ReadonlyMap<string, readonly Step[]>
  readonly #frames: ReadonlyMap<string, Frame>

  constructor(
    source: Pick<RunSource, 'text'>,
    { steps, frames }: { readonly steps: readonly Step[]; readonly frames: readonly Frame[] },
  ) {
    this.#source = source
    this.#turns = Map.groupBy(
      steps.filter(({ op, kind }) => kind === 'model.call' && op === 'turn'),
      ({ lane }) => lane,
    )
    this.#frames = new Map(frames.map((frame) => [frame.lane, frame]))
  }

  /** Everything of a step but the prompt of a model call, which is long. */
  async content(step: Step): Promise<StepContent> {
    const beside = this.#beside(step)
    switch (step.kind) {
      case 'run.open':
        return await begun(beside)
      case 'context.search':
      case 'context.read':
      case 'local':
        return await asked(step, beside)
      case 'memory.write':
        return { ...NONE, input: parsed(await beside('input')), error: errorIn(await beside('error')) }
      case 'model.call':
        return await called(step, beside)
      case 'cell':
        return await ran(beside)
      case 'frame.spawn':
        return await spawned(step, this.#frames, beside)
      case 'output.release':
        return await letOut(step, this, beside)
      case 'run.close':
        return { ...NONE, output: parsed(await beside('denials')) }
      default:
        return NONE
    }
  }

  /** What a release let out, with its citations. Null where it is not laid open. */
  async released(
    step: Step,
  ): Promise<{ readonly value: Json; readonly citations: readonly Citation[] } | null> {
    const beside = this.#beside(step)
    const [value, citations] = [await beside('value'), await beside('citations')]
    return value === null
      ? null
      : { value: parsed(value), citations: parsed<readonly Citation[]>(citations) ?? [] }
  }

  /** How much a run looked at of each document, told by its close. Null where it is not laid open. */
  async perDocument(step: Step): Promise<readonly DocumentCoverage[] | null> {
    return parsed<readonly DocumentCoverage[]>(await this.#beside(step)('perDocument'))
  }

  /** What a model call sent: the conversation of each item. Null where it is not to be had. */
  async prompts(step: Step): Promise<readonly (readonly Message[])[] | null> {
    const own = (await this.kept(step)) ?? null
    if (own === null || own.shared === 0) return own && promptOf(own, [])
    // The beginning is that of the turn before, whose beginning is that of the one before, …
    const before = (this.#turns.get(step.lane) ?? []).filter(({ n }) => n < step.n).reverse()
    const chain = [own]
    for (const turn of before) {
      if (chain.at(-1)?.shared === 0) break
      const kept = await this.kept(turn)
      if (kept === null) return null
      chain.push(kept)
    }
    let conversations: readonly (readonly Message[])[] = []
    for (const kept of chain.reverse()) conversations = promptOf(kept, conversations[0] ?? [])
    return conversations
  }

  /** What a model call sent, as it is kept: of a turn what the one before had not said. Null where it is not to be had. */
  async kept(step: Step): Promise<KeptPrompt | null> {
    return parsed<KeptPrompt>(await this.#beside(step)('prompt'))
  }

  #beside(step: Step): Beside {
    return async (name, of = step.kind) => (await this.#source.text(payloadPath(step, of, name))) ?? null
  }
}

const NONE: StepContent = { input: null, output: null, error: null, documents: [], commandHash: null }

/** The question; of one that belongs to a conversation, with what was said before. */
async function begun(beside: Beside): Promise<StepContent> {
  const question = await beside('question')
  const before = parsed(await beside('earlier'))
  return { ...NONE, input: before === null ? question : { question, before } }
}

async function asked({ kind, op, outcome }: Step, beside: Beside): Promise<StepContent> {
  const [input, output] = [await beside('input'), await beside('output')]
  const request = input === null || kind !== 'local' ? input : `{"op":${JSON.stringify(op)},"input":${input}}`
  return {
    input: parsed(input),
    output: outcome === 'ok' ? parsed(output) : null,
    error: outcome === 'ok' ? null : errorIn(output),
    documents: outcome === 'ok' && kind !== 'local' && output !== null ? documentsIn(output) : [],
    commandHash: request === null ? null : commandHash(kind, request),
  }
}

async function called(step: Step, beside: Beside): Promise<StepContent> {
  const { items } = step
  const replies =
    step.returned > 0
      ? await itemReplies(step, beside)
      : parsed<readonly (string | null)[]>(await beside('output', 'model.result'))
  const texts = replies?.map((reply) => parsed<{ readonly text?: string }>(reply)?.text ?? null) ?? null
  const failed = replies?.map(errorIn).find((error) => error !== null) ?? errorIn(await beside('error'))
  return {
    ...NONE,
    output: items === 1 ? (texts?.[0] ?? null) : texts,
    error: failed,
    commandHash: await beside('hash'),
  }
}

/** What came back of a batch whose items have records of their own; null for one that did not yet, or is not to be had. */
async function itemReplies({ items }: Step, beside: Beside): Promise<readonly (string | null)[] | null> {
  const all = Array.from({ length: items ?? 0 }, (_, item) =>
    beside(itemPayload(item, 'output'), 'model.item'),
  )
  const replies = await Promise.all(all)
  return replies.every((reply) => reply === null) ? null : replies
}

async function ran(beside: Beside): Promise<StepContent> {
  const code = await beside('code')
  const shown = parsed<readonly [string, string | null, { name: string; message: string } | null]>(
    await beside('shown'),
  )
  const [printed = null, value = null, error = null] = shown ?? []
  const ended = parsed<{ readonly halted: string | null }>(await beside('ended'))
  return {
    ...NONE,
    input: code,
    output: shown === null ? null : { printed, value },
    error: error === null ? errorIn(ended?.halted ?? null) : { code: error.name, message: error.message },
    commandHash: code === null ? null : commandHash('cell', JSON.stringify({ code })),
  }
}

async function spawned(
  { child, model, outcome }: Step,
  frames: ReadonlyMap<string, Frame>,
  beside: Beside,
): Promise<StepContent> {
  const value = await beside('value', 'frame.join')
  const mode = frames.get(child ?? '')?.mode ?? null
  const error = errorIn(await beside('error')) ?? (outcome === 'ok' ? null : errorIn(value))
  return {
    ...NONE,
    input: { goal: await beside('goal'), scope: parsed(await beside('scope')), model, mode },
    output: outcome === 'ok' ? parsed(value) : null,
    error,
    commandHash: await beside('hash'),
  }
}

async function letOut(step: Step, reader: ContentReader, beside: Beside): Promise<StepContent> {
  const released = await reader.released(step)
  return {
    ...NONE,
    output: released && { value: released.value, citations: released.citations.map((one) => ({ ...one })) },
    error: errorIn(await beside('error')),
    documents: [...new Set(released?.citations.map(({ doc }) => doc) ?? [])],
  }
}

function documentsIn(output: string): readonly string[] {
  return [...new Set(passagesIn(output).map(({ doc }) => doc))]
}

/** An error as it is kept: `{"error":{code,message,…}}`. Null for anything else. */
function errorIn(json: string | null): StepError | null {
  const kept = parsed<{ readonly error?: StepError }>(json)
  if (typeof kept !== 'object' || kept?.error === undefined) return null
  const { code, message } = kept.error
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : null
}

function parsed<T = Json>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}
