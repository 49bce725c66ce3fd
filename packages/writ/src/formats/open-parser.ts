import {
  type CodeReader,
  type CodeRequest,
  type DocumentParser,
  type PackedCode,
  type Parsed,
  type ParsedDocument,
  type ParsedMember,
  type ParseRefusal,
  type ParseRequest,
  WritError,
} from '@writ/contract'
import type { Child } from '../confinement/child.ts'
import { type Started, startConfined } from '../confinement/start-confined.ts'
import { parserProgram } from './child-command.ts'
import { grammarFiles, requireGrammars } from './code-grammars.ts'
import {
  BASE_MS,
  CHUNK_BYTES,
  IDLE_MS,
  LONG_SOURCE_BYTES,
  MAX_PARTS,
  MAX_UNPACKED_BYTES,
  MS_PER_MIB,
  MUCH_SHORTER,
  MUCH_SOURCE_BYTES,
} from './limits.ts'
import type { FromParser, ToParser } from './messages.ts'
import { parserMessage } from './parser-message.ts'

export interface ParserOptions {
  /** Time to read one file before the child is killed, beside what its size adds. */
  readonly baseMs?: number
}

/** Parses files in a confined child, which is started for the first of them and ends when there are no more. */
export function openParser({ baseMs = BASE_MS }: ParserOptions = {}): DocumentParser & CodeReader {
  return new ConfinedParser(baseMs)
}

type Outcome = Parsed | PackedCode | ParseRefusal | NoGrammar

/** Code cannot be read here. */
interface NoGrammar {
  readonly noGrammar: string
}

class ConfinedParser implements DocumentParser, CodeReader {
  readonly #baseMs: number
  #started: Started<ToParser> | undefined
  #child: Child<ToParser> | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  /** Ends the reading of the file that the child has. */
  #stop: (() => void) | undefined
  #closed = false
  /** Source that the child has read: bytes of the longest, of all, and the last one's language. */
  #source: { readonly longest: number; readonly bytes: number; readonly language: string } = NO_SOURCE

  constructor(baseMs: number) {
    this.#baseMs = baseMs
  }

  /** One file after another: each has the child for itself. */
  async parse({ bytes, ...asked }: ParseRequest): Promise<Parsed | ParseRefusal> {
    const outcome = await this.#queue({ type: 'parse', ...asked }, bytes)
    return 'packed' in outcome || 'noGrammar' in outcome ? BROKEN : outcome
  }

  async readCode({ language, bytes }: CodeRequest): Promise<PackedCode | ParseRefusal> {
    requireGrammars(grammarFiles())
    const outcome = await this.#queue({ type: 'code', language }, bytes)
    // What was closed says nothing of a text, and must not be kept of it.
    if (outcome === CLOSED) throw new WritError('CANCELLED', 'The parser was closed before it had read this.')
    if ('noGrammar' in outcome)
      throw new WritError('CODE_UNAVAILABLE', `The grammars of source cannot be used: ${outcome.noGrammar}`)
    return 'packed' in outcome || 'code' in outcome ? outcome : BROKEN
  }

  #queue(message: Asked, bytes: Uint8Array): Promise<Outcome> {
    const parsed = this.#last.then(() => this.#parse(message, bytes))
    this.#last = parsed.catch(() => undefined)
    return parsed
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    const child = this.#child
    this.#child = undefined
    this.#stop?.()
    await child?.close()
    await this.#last
  }

  async #parse(message: Asked, bytes: Uint8Array): Promise<Outcome> {
    if (this.#closed) return CLOSED
    clearTimeout(this.#idle)
    if (message.type === 'code') this.#giveBack(message.language, bytes.length)
    const child = await this.#up()
    if (this.#closed) {
      await child.close()
      return CLOSED
    }
    const outcome = await this.#ask(child, message, bytes)
    if (message.type === 'code') {
      const { longest, bytes: all } = this.#source
      const { language } = message
      this.#source = { longest: Math.max(longest, bytes.length), bytes: all + bytes.length, language }
    }
    if (this.#child === child) this.#wait(child)
    return outcome
  }

  /** Ends a child that holds much more memory than the next source needs: that of WebAssembly only grows, and grammars stay. */
  #giveBack(language: string, next: number): void {
    const { longest, bytes, language: last } = this.#source
    const isShort = longest >= LONG_SOURCE_BYTES && next <= longest / MUCH_SHORTER
    const isOther = bytes >= MUCH_SOURCE_BYTES && language !== last
    if (!isShort && !isOther) return
    this.#child?.kill()
    this.#child = undefined
  }

  async #up(): Promise<Child<ToParser>> {
    if (this.#child !== undefined && this.#child.gone === undefined) return this.#child
    if (this.#started === undefined) {
      this.#started = await startConfined<ToParser>(parserProgram())
      this.#child = this.#started.child
    } else this.#child = this.#started.another()
    this.#source = NO_SOURCE
    return this.#child
  }

  #ask(child: Child<ToParser>, message: Asked, bytes: Uint8Array): Promise<Outcome> {
    const most = this.#baseMs + Math.floor(bytes.length / 1024 ** 2) * MS_PER_MIB
    return new Promise((resolve) => {
      const heard = new Heard()
      const end = (outcome: Outcome, broken: boolean): void => {
        clearTimeout(timer)
        this.#stop = undefined
        if (broken) {
          child.kill()
          if (this.#child === child) this.#child = undefined
        }
        resolve(outcome)
      }
      const timer = setTimeout(
        () =>
          end({ code: 'limits', reason: `reading it took longer than ${Math.round(most / 1000)} s` }, true),
        most,
      )
      this.#stop = () => end(CLOSED, true)
      child.own({
        onMessage: (value) => {
          const outcome = heard.take(parserMessage(value))
          // An engine that a text broke is not used for another.
          if (outcome !== undefined)
            end(outcome, 'code' in outcome && (heard.broken || message.type === 'code'))
        },
        onGone: (reason) => end(lost(reason), true),
      })
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES)
        child.send({ type: 'bytes', base64: Buffer.from(chunk).toString('base64') })
      }
      child.send(message)
    })
  }

  /** Keeps a child for the next file, for a while in which it keeps no process alive. */
  #wait(child: Child<ToParser>): void {
    child.unref()
    this.#idle = setTimeout(() => {
      this.#child = undefined
      child.kill()
    }, IDLE_MS).unref()
  }
}

/** What is asked of a child once it has the bytes. */
type Asked = Exclude<ToParser, { readonly type: 'bytes' }>

const NO_SOURCE = { longest: 0, bytes: 0, language: '' }

const CLOSED: ParseRefusal = { code: 'damaged', reason: 'its parser was closed before it was read' }

const BROKEN: ParseRefusal = { code: 'damaged', reason: 'its parser said something else than it was asked' }

/** What a child has told about one file so far. */
class Heard {
  broken = false
  #document: ParsedDocument | undefined
  readonly #members: { readonly name: string; readonly parts: Buffer[] }[] = []
  readonly #left: Parsed['left'][number][] = []
  #bytes = 0

  /** What the file comes to, when that was the last message. */
  take(message: FromParser | undefined): Outcome | undefined {
    switch (message?.type) {
      case 'document':
        if (this.#document !== undefined) return this.#break()
        this.#document = message.document
        return undefined
      case 'member':
        this.#members.push({ name: message.name, parts: [] })
        return this.#members.length > MAX_PARTS ? this.#break() : undefined
      case 'bytes':
        return this.#bytesOf(message.base64)
      case 'left':
        this.#left.push({ name: message.name, ...message.refusal })
        return this.#left.length > MAX_PARTS ? this.#break() : undefined
      case 'code':
        // A message to another thread copies all of the memory that a buffer is part of: this has memory of its own.
        return { packed: Uint8Array.from(Buffer.from(message.base64, 'base64')) }
      case 'no-grammar':
        return { noGrammar: message.reason }
      case 'done':
        return this.#parsed()
      case 'refused':
        return message.refusal
      case undefined:
        return this.#break()
    }
  }

  #bytesOf(base64: string): Outcome | undefined {
    const member = this.#members.at(-1)
    const part = Buffer.from(base64, 'base64')
    this.#bytes += part.length
    if (member === undefined || this.#bytes > MAX_UNPACKED_BYTES) return this.#break()
    member.parts.push(part)
    return undefined
  }

  #parsed(): Parsed {
    const members: ParsedMember[] = this.#members.map(({ name, parts }) => ({
      name,
      bytes: Buffer.concat(parts),
    }))
    return {
      ...(this.#document === undefined ? {} : { document: this.#document }),
      members,
      left: this.#left,
    }
  }

  #break(): ParseRefusal {
    this.broken = true
    return lost('it said what no parser says')
  }
}

/** A file that ended its parser. */
function lost(why: string): ParseRefusal {
  const memory = /heap out of memory|Array buffer allocation|ENOMEM|SIGABRT|\(134\)/.test(why)
  return memory
    ? { code: 'limits', reason: 'reading it took more memory than a file may' }
    : { code: 'damaged', reason: 'reading it ended its parser' }
}
