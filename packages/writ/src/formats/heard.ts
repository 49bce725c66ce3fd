import type { CodeFacts, Parsed, ParsedDocument, ParsedMember, ParseRefusal } from '@writ/contract'
import { MAX_PARTS, MAX_UNPACKED_BYTES } from './limits.ts'
import type { FromParser } from './messages.ts'

/** What reading a file, or the structure of source, comes to. */
export type Outcome = Parsed | CodeFacts | ParseRefusal | NoGrammar

/** Code cannot be read here. */
interface NoGrammar {
  readonly noGrammar: string
}

/** What a child has told about one file so far. */
export class Heard {
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
        return message.facts
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
export function lost(why: string): ParseRefusal {
  const memory = /heap out of memory|Array buffer allocation|ENOMEM|SIGABRT|\(134\)/.test(why)
  return memory
    ? { code: 'limits', reason: 'reading it took more memory than a file may' }
    : { code: 'damaged', reason: 'reading it ended its parser' }
}
