import { WritError } from '@writ/contract'
import { BundleFault } from './bundle-fault.ts'
import type { CedarRequest } from './cedar-request.ts'
import type { EngineSource } from './engine-source.ts'
import { EngineThread, THREAD_OPTIONS, type ThreadOptions } from './engine-thread.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rules } from './rule.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Cedar as the decision point sees it: it answers, or it rejects and the answer is a deny. */
export interface Evaluator {
  evaluate(request: CedarRequest): Promise<Evaluation>
  close(): Promise<void>
}

/** An engine with a bundle loaded, and what it found there. */
export interface LoadedEngine extends Evaluator {
  readonly vocabulary: Vocabulary
  readonly rules: Rules
}

/** Loads a bundle into an engine. Rejects with a `BundleFault` for what is wrong with the bundle. */
export type StartEngine = (source: EngineSource) => Promise<LoadedEngine>

/** Cedar in a thread of its own, which is started again for the next question after it has died. */
export class Engine implements LoadedEngine {
  readonly vocabulary: Vocabulary
  readonly rules: Rules
  readonly #source: EngineSource
  readonly #options: ThreadOptions
  #thread: EngineThread
  #closed = false

  /** Rejects with a `BundleFault` for what is wrong with the bundle, with `INTERNAL` when nothing starts. */
  static async start(source: EngineSource, options: ThreadOptions = THREAD_OPTIONS): Promise<Engine> {
    const thread = new EngineThread(source, options)
    const started = await thread.started().catch((cause: unknown) => {
      throw new WritError('INTERNAL', `the policy engine did not start: ${String(cause)}`, { cause })
    })
    if (started.type === 'ready') return new Engine(source, options, thread, started)
    const { file, message, at } = started.fault
    await thread.end(new Error(message))
    throw new BundleFault(file, message, at)
  }

  private constructor(
    source: EngineSource,
    options: ThreadOptions,
    thread: EngineThread,
    facts: { readonly vocabulary: Vocabulary; readonly rules: Rules },
  ) {
    this.#source = source
    this.#options = options
    this.#thread = thread
    this.vocabulary = facts.vocabulary
    this.rules = facts.rules
  }

  /** Rejects when the engine fails or is closed. */
  async evaluate(request: CedarRequest): Promise<Evaluation> {
    if (this.#closed) throw new Error('the policy engine is closed')
    if (!this.#thread.alive) this.#thread = new EngineThread(this.#source, this.#options)
    const thread = this.#thread
    const started = await thread.started()
    if (started.type === 'ready') return thread.evaluate(request)
    await thread.end(new Error(started.fault.message))
    throw new Error(started.fault.message)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#thread.end(new Error('the policy engine was closed'))
  }
}
