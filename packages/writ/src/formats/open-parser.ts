import { availableParallelism } from 'node:os'
import {
  type CodeFacts,
  type CodeReader,
  type CodeRequest,
  type DocumentParser,
  type Parsed,
  type ParseRefusal,
  type ParseRequest,
  WritError,
} from '@writ/contract'
import type { Child } from '../confinement/child.ts'
import { type Started, startConfined } from '../confinement/start-confined.ts'
import { parserProgram } from './child-command.ts'
import { grammarFiles, requireGrammars } from './code-grammars.ts'
import { BASE_MS, CODE_LANES } from './limits.ts'
import type { ToParser } from './messages.ts'
import { CLOSED, ParserLane } from './parser-lane.ts'

export interface ParserOptions {
  /** Time to read one file before the child is killed, beside what its size adds. */
  readonly baseMs?: number
}

/** Parses files in confined children, which are started for the first of them and end when there are no more. */
export function openParser({ baseMs = BASE_MS }: ParserOptions = {}): DocumentParser & CodeReader {
  return new ConfinedParser(baseMs)
}

class ConfinedParser implements DocumentParser, CodeReader {
  readonly #lanes: readonly ParserLane[]
  #started: Promise<Started<ToParser>> | undefined

  constructor(baseMs: number) {
    const lanes = Math.min(CODE_LANES, availableParallelism())
    this.#lanes = Array.from({ length: lanes }, () => new ParserLane(() => this.#start(), baseMs))
  }

  /** One file after another. */
  async parse({ format, name, bytes }: ParseRequest): Promise<Parsed | ParseRefusal> {
    const [first] = this.#lanes
    const outcome = await first?.read({ type: 'parse', format, name }, bytes)
    return outcome === undefined || 'definitions' in outcome || 'noGrammar' in outcome ? BROKEN : outcome
  }

  /** Several at once. */
  async readCode({ language, bytes }: CodeRequest): Promise<CodeFacts | ParseRefusal> {
    requireGrammars(grammarFiles())
    const lane = this.#lanes.reduce((least, one) => (one.waiting < least.waiting ? one : least))
    const outcome = await lane.read({ type: 'code', language }, bytes)
    // What was closed says nothing of a text, and must not be kept of it.
    if (outcome === CLOSED) throw new WritError('CANCELLED', 'The parser was closed before it had read this.')
    if ('noGrammar' in outcome)
      throw new WritError('CODE_UNAVAILABLE', `The grammars of source cannot be used: ${outcome.noGrammar}`)
    return 'definitions' in outcome || 'code' in outcome ? outcome : BROKEN
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()))
  }

  /** The first child shows how all are confined. */
  async #start(): Promise<Child<ToParser>> {
    if (this.#started === undefined) {
      this.#started = startConfined<ToParser>(parserProgram())
      this.#started.catch(() => {
        this.#started = undefined
      })
      return (await this.#started).child
    }
    return (await this.#started).another()
  }
}

const BROKEN: ParseRefusal = { code: 'damaged', reason: 'its parser said something else than it was asked' }
