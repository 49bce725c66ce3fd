import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type CellCode,
  type CellRun,
  type Citation,
  type ContextStore,
  type DocumentListing,
  type Frame,
  type FrameRole,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  type HostCall,
  type HostReply,
  type ItemOutcome,
  type Json,
  label,
  type Message,
  type Perform,
  type Sandbox,
  type Script,
  type StepName,
  type Steps,
  USUAL_TUNING,
  VM_FUNCTIONS,
  type Vm,
  WritError,
} from '@writ/contract'
import { BadArguments } from '../kernel/frame/bad-arguments.ts'
import { callsDigest } from '../kernel/frame/calls-digest.ts'
import { guestError } from '../kernel/frame/guest-error.ts'
import { readCall } from '../kernel/frame/guest-functions.ts'
import { Statements } from '../kernel/frame/statements.ts'
import { mostCalls } from '../kernel/frame/sub-calls.ts'
import { openLibrary } from '../memory/index.ts'
import { callModel, resolveModel } from '../models/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'

// Runs of the built-in model with the real reasoning, sandbox and memory, but without gate, records and evidence: many
// questions over one corpus in little time.

export interface BareLimits {
  readonly maxDepth?: number
  readonly maxCalls?: number
  readonly maxTurns?: number
  /** Documents that policy withholds: neither listed nor searched. */
  readonly withheld?: readonly string[]
  /** Documents that may be searched and not read. */
  readonly unread?: readonly string[]
  /** Searches by pattern that are answered; the next is refused for want of budget. */
  readonly maxGreps?: number
}

export interface BareRun {
  readonly value: Json
  readonly citations: readonly Citation[]
  readonly incomplete: boolean
  readonly calls: number
  readonly frames: number
  /** Every turn the model wrote. */
  readonly turns: readonly string[]
}

/** Answers a sub-call, given its prompt. */
export type Leaf = (prompt: string) => string

/** What following a script came to. */
export interface BareScript {
  /** Undefined when nothing was released. */
  readonly value: Json | undefined
  readonly error: WritError | undefined
  /** Sub-calls that were answered, and calls and combinators that were refused for what a combinator had stated. */
  readonly calls: number
  readonly refused: number
}

export interface BareRuns {
  readonly store: ContextStore
  ask(question: string, limits?: BareLimits): Promise<BareRun>
  /** Follows a script, its sub-calls answered by `leaf`. */
  follow(script: Script, leaf: Leaf): Promise<BareScript>
  close(): Promise<void>
}

/** Opens a corpus of paths or texts for questions. */
export async function openBareRuns(
  paths: readonly string[],
  texts: readonly { id: string; text: string }[] = [],
): Promise<BareRuns> {
  const home = await mkdtemp(join(tmpdir(), 'writ-bare-'))
  const library = openLibrary(home)
  const opened = await library
  const store = await opened.open({
    paths,
    texts,
    collection: 'context',
    defaultLabel: label('internal', [], true),
    labels: [],
    purposes: ['general'],
    owner: 'tester',
    home,
  })
  const sandbox = await openSandbox()
  return {
    store,
    follow: (script, leaf) => new Run(store, sandbox, {}, { script, leaf }).follow(),
    ask: (question, limits = {}) => new Run(store, sandbox, limits).ask(question),
    close: async () => {
      await sandbox.close()
      await store.close()
      await opened.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

const reasoner = createReasoner()
const model = await resolveModel({ id: 'builtin/extractive', priceTable: {} })

class Run {
  readonly store: ContextStore
  readonly sandbox: Sandbox
  readonly limits: BareLimits
  readonly scripted: { readonly script: Script; readonly leaf: Leaf } | undefined
  readonly statements: Statements = new Statements()
  readonly citations: Citation[] = []
  readonly turns: string[] = []
  refused = 0
  calls = 0
  frames = 0
  greps = 0

  constructor(store: ContextStore, sandbox: Sandbox, limits: BareLimits, scripted?: Run['scripted']) {
    this.store = store
    this.sandbox = sandbox
    this.limits = limits
    this.scripted = scripted
  }

  async follow(): Promise<BareScript> {
    const frame = new BareFrame(this, 'What is asked?', null, 0)
    try {
      const { error } = await reasoner.run(frame, { strategy: 'script', turns: false })
      const value = frame.value === undefined ? undefined : (JSON.parse(frame.value) as Json)
      return { value, error, calls: this.calls, refused: this.refused }
    } finally {
      await frame.close()
    }
  }

  async ask(question: string): Promise<BareRun> {
    const { value, incomplete } = await this.frame(question, null, 0)
    const { citations, calls, frames, turns } = this
    return { value: JSON.parse(value) as Json, citations, incomplete, calls, frames, turns }
  }

  async frame(
    goal: string,
    scope: readonly string[] | null,
    depth: number,
  ): Promise<{ value: string; incomplete: boolean }> {
    this.frames += 1
    const frame = new BareFrame(this, goal, scope, depth)
    try {
      const { error, incomplete } = await reasoner.run(frame, { strategy: 'recurse', turns: true })
      if (frame.value === undefined) throw error ?? new WritError('NO_ANSWER', 'Nothing was released.')
      return { value: frame.value, incomplete }
    } finally {
      await frame.close()
    }
  }
}

class BareFrame implements Frame {
  readonly lane: string
  readonly role: FrameRole
  readonly maxDepth: number
  readonly maxTurns: number
  readonly model = { id: model.id, contextWindow: model.contextWindow }
  readonly tuning = USUAL_TUNING
  readonly context = { type: 'handle', docs: 0, bytes: 0 } as const
  readonly lastTurnBytes = 40_000
  readonly schema = null
  readonly packages = []
  readonly scripts = []
  readonly conversation = undefined
  readonly #run: Run
  readonly #ids: readonly string[]
  readonly goal: string
  readonly depth: number
  #vm: Promise<Vm> | undefined
  #combinators = 0
  value: string | undefined

  constructor(run: Run, goal: string, scope: readonly string[] | null, depth: number) {
    this.#run = run
    this.goal = goal
    this.depth = depth
    this.lane = `${depth}`
    this.role = depth === 0 ? 'orchestrator' : 'worker'
    this.maxDepth = run.limits.maxDepth ?? 2
    this.maxTurns = run.limits.maxTurns ?? 30
    const { store, limits } = run
    this.#ids = store.partitions
      .flatMap(({ id }) => store.documents(id))
      .map(({ id }) => id)
      .filter((id) => scope?.includes(id) ?? true)
      .filter((id) => limits.withheld?.includes(id) !== true)
      .sort()
  }

  get script(): Frame['script'] {
    return this.#run.scripted?.script
  }

  get corpus(): Frame['corpus'] {
    return { documents: this.#ids.length, bytes: 0, sample: this.#ids.slice(0, 20) }
  }

  status(): ReturnType<Frame['status']> {
    return Promise.resolve({ label: label('internal'), pressure: [] })
  }

  async turn(messages: readonly Message[], last: boolean): Promise<string> {
    if (!last && this.#run.calls >= (this.#run.limits.maxCalls ?? 1_000))
      throw new WritError('BUDGET_EXCEEDED', 'No call is left.')
    this.#run.calls += 1
    const { text } = await callModel(model.languageModel, {
      messages,
      maxOutputTokens: model.contextWindow / 4,
      signal: new AbortController().signal,
      headers: {},
    })
    this.#run.turns.push(text)
    return text
  }

  async cell(code: CellCode): Promise<CellRun> {
    this.#vm ??= this.#run.sandbox.open({
      name: this.lane,
      memoryBytes: GUEST_MEMORY_BYTES,
      stackBytes: GUEST_STACK_BYTES,
      seed: '0'.repeat(64),
      epochMs: 0,
      functions: VM_FUNCTIONS,
      context: this.context,
    })
    const vm = await this.#vm
    const limits = {
      fuelPolls: CELL_FUEL_POLLS,
      calls: 100_000,
      backstopMs: 10 * CELL_BACKSTOP_MS,
      outputChars: 20_000,
    }
    const calls: HostCall[] = []
    const answer = (call: HostCall): void => {
      calls.push(call)
      void this.#answer(call).then((reply) => vm.reply(call.id, reply))
    }
    const result = await vm.run(code, limits, answer, new AbortController().signal)
    return { ...result, asked: callsDigest(calls) }
  }

  async #answer(call: HostCall): Promise<HostReply> {
    try {
      return { ok: true, json: await readCall(call).run(this.perform) }
    } catch (error) {
      const bad = error instanceof BadArguments ? new WritError('BAD_REQUEST', error.message) : error
      return { ok: false, error: guestError(bad) }
    }
  }

  readonly perform: Perform = async (name, request) => {
    const table: { [N in StepName]: (asked: Steps[N]['request']) => Promise<Steps[N]['result']> } = {
      'context.docs': ({ limit }) => Promise.resolve(this.#docs().slice(0, limit)),
      'context.search': (asked) => this.#search(asked),
      'context.grep': (asked) => this.#grep(asked),
      'context.outline': ({ doc }) => this.#run.store.outline(doc),
      'context.dates': ({ doc, start = 0, limit = 1_000 }) => this.#run.store.dates(doc, { start, limit }),
      'context.amounts': ({ doc, start = 0, limit = 1_000 }) =>
        this.#run.store.amounts(doc, { start, limit }),
      'context.similar': ({ doc = '', k = 10, least = 0.5 }) => this.#similar(doc, k, least),
      'context.references': ({ doc }) => this.#run.store.references(doc),
      'context.tables': () => Promise.resolve([]),
      'context.symbols': () =>
        Promise.resolve({ symbols: [], truncated: false, files: 0, unread: { count: 0, docs: [] } }),
      'context.links': () => Promise.reject(new WritError('UNKNOWN_SYMBOL', 'There is no source.')),
      'context.sql': () => Promise.reject(new WritError('SQL_UNAVAILABLE', 'There are no tables.')),
      'context.read': ({ doc, start = 0, end }) => this.#read(doc, start, end),
      'model.call': ({ prompts }) => this.#call(prompts),
      scripts: () => Promise.resolve([]),
      'script.run': ({ name }) => Promise.reject(new WritError('UNKNOWN_SCRIPT', `There is no ${name}.`)),
      'frame.spawn': ({ children }) => Promise.all(children.map((child) => this.#spawn(child))),
      cite: (asked) => this.#cite(asked),
      note: () => Promise.resolve(null),
      notes: () => Promise.resolve([]),
      budget: () => Promise.resolve(this.#budget()),
      'combinator.open': (asked) => this.#open(asked),
      'combinator.stop': () => Promise.resolve(null),
      'combinator.close': ({ combinator }) => {
        this.#run.statements.close(combinator)
        return Promise.resolve(null)
      },
    }
    return await table[name](request)
  }

  async #call(prompts: Steps['model.call']['request']['prompts']): Promise<Steps['model.call']['result']> {
    const { scripted } = this.#run
    if (scripted === undefined) throw new WritError('INTERNAL', 'No sub-call is expected.')
    this.#stated(() => this.#run.statements.take(mostCalls(prompts)))
    this.#run.calls += prompts.length
    return await Promise.resolve(
      prompts.map(({ prompt, schema }) => {
        const said = scripted.leaf(prompt)
        if (schema === undefined) return { ok: true, value: JSON.stringify(said) }
        if (said.startsWith('{')) return { ok: true, value: said }
        // It is asked again.
        this.#run.calls += 1
        return { ok: false, error: new WritError('INVALID_REPLY', 'The answer does not fit.') }
      }),
    )
  }

  async #open(asked: Steps['combinator.open']['request']): Promise<number> {
    this.#combinators += 1
    const id = this.#combinators
    this.#stated(() => this.#run.statements.open(id, asked))
    return await Promise.resolve(id)
  }

  #stated(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#run.refused += 1
      throw error
    }
  }

  async #similar(doc: string, k: number, least: number): Promise<Steps['context.similar']['result']> {
    const request = { to: { doc }, k, least, docs: this.#ids }
    const [list] = await Promise.all(
      this.#run.store.partitions.map(({ id }) => this.#run.store.similar(id, request)),
    )
    return list ?? { found: [], truncated: false, tooLong: 0 }
  }

  #docs(): readonly DocumentListing[] {
    return this.#ids.flatMap((id) => {
      const info = this.#run.store.locate(id)
      return info === undefined ? [] : [{ ...info, label: label('internal') }]
    })
  }

  async #search({
    query,
    k = 10,
    docs = this.#ids,
  }: Steps['context.search']['request']): Promise<Steps['context.search']['result']> {
    const inReach = docs.filter((id) => this.#ids.includes(id))
    const found = this.#run.store.partitions.map(({ id }) =>
      this.#run.store.search(id, { query, k, docs: inReach }),
    )
    return (await Promise.all(found)).flat()
  }

  async #grep(asked: Steps['context.grep']['request']): Promise<Steps['context.grep']['result']> {
    this.#run.greps += 1
    if (this.#run.greps > (this.#run.limits.maxGreps ?? Number.MAX_SAFE_INTEGER))
      throw new WritError('BUDGET_EXCEEDED', 'A run is handed at most so many bytes.')
    const { pattern, ignoreCase = false, before = 0, after = 0, limit = 200 } = asked
    const docs = (asked.docs ?? this.#ids).filter((id) => this.#ids.includes(id))
    const request = { pattern, ignoreCase, before, after, limit, docs }
    const found = await Promise.all(
      this.#run.store.partitions.map(({ id }) => this.#run.store.grep(id, request)),
    )
    return {
      matches: found.flatMap(({ matches }) => matches),
      truncated: found.some(({ truncated }) => truncated),
    }
  }

  async #read(doc: string, start: number, end: number | undefined): Promise<Steps['context.read']['result']> {
    if (this.#run.limits.unread?.includes(doc) === true)
      throw new WritError('POLICY_DENIED', `${doc} may not be read.`)
    const bytes = this.#run.store.locate(doc)?.bytes ?? 0
    return await this.#run.store.read(doc, start, Math.min(end ?? bytes, bytes))
  }

  async #spawn({
    goal,
    scope,
  }: Steps['frame.spawn']['request']['children'][number]): Promise<
    ItemOutcome<{ valueJson: string; citations: [] }>
  > {
    if (this.depth >= this.maxDepth)
      return { ok: false, error: new WritError('DEPTH_EXCEEDED', 'No depth is left.') }
    const docs = scope === 'inherit' ? this.#ids : (scope ?? [])
    try {
      const { value } = await this.#run.frame(goal, docs, this.depth + 1)
      return { ok: true, value: { valueJson: value, citations: [] } }
    } catch (error) {
      return { ok: false, error: error as WritError }
    }
  }

  async #cite({ doc, start, end, quote }: Steps['cite']['request']): Promise<Citation> {
    const read = await this.#run.store.read(doc, start, end)
    const at = quote === undefined ? 0 : read.text.indexOf(quote)
    if (read.start !== start || read.end !== end || at < 0 || quote === '')
      throw new WritError('CITATION_INVALID', 'The quote does not stand there.')
    const from = start + Buffer.byteLength(read.text.slice(0, at))
    const exact =
      quote === undefined ? read : await this.#run.store.read(doc, from, from + Buffer.byteLength(quote))
    const citation = { doc, start: exact.start, end: exact.end, sha256: exact.sha256, quote: exact.text }
    this.#run.citations.push(citation)
    return citation
  }

  #budget(): Steps['budget']['result'] {
    const calls = (this.#run.limits.maxCalls ?? 1_000) - this.#run.calls
    return {
      calls,
      tokens: null,
      costMicroUsd: null,
      depth: this.maxDepth - this.depth,
      turns: 10,
      steps: 1_000,
    }
  }

  release(valueJson: string): Promise<void> {
    this.value = valueJson
    return Promise.resolve()
  }

  async draft(): Promise<string | undefined> {
    return (await this.#vm)?.draft()
  }

  async close(): Promise<void> {
    await (await this.#vm)?.close()
  }
}
