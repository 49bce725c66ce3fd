import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import {
  type DatabaseSelection,
  type DocumentParser,
  defined,
  type Format,
  type Omitted,
  type Parsed,
  type ParsedMember,
  type ParseRefusal,
} from '@writ/contract'
import { bad } from './database-source.ts'
import { dayOf, dayOfMessage } from './document-day.ts'
import { formatOf, formatOfMember } from './format-of.ts'
import { MAX_MEMBER_BYTES, MAX_MEMBER_DEPTH, MAX_MEMBERS, MAX_PARSED_BYTES } from './limits.ts'
import { memberName, shownName } from './member-name.ts'
import { ofDay, ParsedTexts, type SourceFile } from './parsed-feed.ts'
import type { Refusal } from './refusal.ts'
import { judgeName, KEY_FILE, maskedFeed } from './secrets/index.ts'
import type { Candidate, CandidateFile } from './selection.ts'
import { sha256 } from './sha256.ts'
import { unwrittenChanges } from './unwritten-changes.ts'

/** Turns the bytes of a file into text, elsewhere. */
export type Parse = DocumentParser['parse']

/** Candidates with what parsed files came to in the place of those. */
export interface ParsedFiles {
  readonly candidates: readonly Candidate[]
  /** Removes what was kept until it is packed. */
  readonly remove: () => void
}

/** Parses the candidates whose files are no text. What cannot be parsed is left out by name, with the reason. */
export async function parseFiles(
  candidates: readonly Candidate[],
  omitted: Omitted[],
  scratch: string,
  parse: Parse,
  taken: Iterable<string> = candidates.map(({ id }) => id),
): Promise<ParsedFiles> {
  const kept: Candidate[] = []
  let work: FileParsing | undefined
  try {
    for (const candidate of candidates) {
      const { file, id } = candidate
      const format = file && (file.select === undefined ? formatOf(file.path, id) : 'sqlite')
      if (file === undefined || format === undefined) {
        kept.push(candidate)
        continue
      }
      work ??= new FileParsing(new Set(taken), omitted, scratch, parse)
      kept.push(...(await work.parse(candidate, file, format)))
    }
  } catch (error) {
    work?.remove()
    throw error
  }
  return { candidates: kept, remove: () => work?.remove() }
}

/** A document within a file that is being parsed. */
interface Inner {
  readonly id: string
  readonly depth: number
  readonly source: SourceFile
  readonly day: string | undefined
  /** What the file on disk is a candidate for. */
  readonly of: Candidate
  readonly verdict: CandidateFile['verdict']
  /** Whether somebody named this very document. */
  readonly named: boolean
}

class FileParsing {
  readonly #taken: Set<string>
  /** The next number for an id that is taken: an archive may hold thousands of one name. */
  readonly #numbers = new Map<string, number>()
  readonly #omitted: Omitted[]
  readonly #texts: ParsedTexts
  readonly #parse: Parse
  /** Of the file on disk that is being parsed. */
  #members = 0
  #bytes = 0

  constructor(taken: Set<string>, omitted: Omitted[], scratch: string, parse: Parse) {
    this.#taken = taken
    this.#omitted = omitted
    this.#texts = new ParsedTexts(scratch)
    this.#parse = parse
  }

  remove(): void {
    this.#texts.remove()
  }

  /** The candidates that a file comes to. */
  async parse(
    of: Candidate,
    { path, verdict, named, source: from, day: ofSource, select, origin = of.id }: CandidateFile,
    format: Format,
  ): Promise<Candidate[]> {
    this.#members = 0
    this.#bytes = 0
    const refused = (why: Refusal): [] => {
      // Who asks for one table or query is told at once why there is none.
      if (select !== undefined) throw bad(origin, why.reason)
      return this.#leave(of.id, why)
    }
    const unwritten = format === 'sqlite' ? unwrittenChanges(path) : undefined
    if (unwritten !== undefined) return refused(unwritten)
    const bytes = readWhole(path)
    if (!(bytes instanceof Uint8Array)) return refused(bytes)
    const source = from ?? { file: origin, sha256: sha256(bytes) }
    const day = from === undefined ? lastWritten(path) : ofSource
    const inner: Inner = { id: of.id, depth: 0, source, day, of, verdict, named }
    const outcome = await this.#read(inner, format, bytes, select)
    return 'code' in outcome ? refused(outcome) : await this.#take(inner, format, outcome)
  }

  async #read(
    { id }: Inner,
    format: Format,
    bytes: Uint8Array,
    select?: DatabaseSelection,
  ): Promise<Parsed | ParseRefusal> {
    const name = id.slice(id.lastIndexOf('/') + 1)
    return await this.#parse({ format, name, bytes, ...defined({ select }) })
  }

  async #parsed(inner: Inner, format: Format, bytes: Uint8Array): Promise<Candidate[]> {
    const outcome = await this.#read(inner, format, bytes)
    return 'code' in outcome ? this.#leave(inner.id, outcome) : await this.#take(inner, format, outcome)
  }

  async #take(inner: Inner, format: Format, { document, members, left }: Parsed): Promise<Candidate[]> {
    const day = format === 'email' ? dayOfMessage(document?.text ?? '') : inner.day
    // What is in an archive or a mailbox is not of the day of that; an attachment is of the day of its mail.
    const within = { ...inner, day: format === 'email' ? day : undefined }
    for (const { name, ...refusal } of left) this.#leave(`${inner.id}/${shownName(name)}`, refusal)
    const candidates: Candidate[] = []
    if (document !== undefined) {
      for (const reason of document.warnings) this.#omitted.push({ doc: inner.id, code: 'partly', reason })
      const masks = inner.verdict !== null
      candidates.push(
        candidate({ ...inner, day }, this.#texts.document(inner.source, format, document, masks)),
      )
    }
    for (const member of members) candidates.push(...(await this.#member(within, member)))
    if (document === undefined && members.length === 0 && left.length === 0)
      this.#leave(inner.id, { code: 'damaged', reason: 'there is nothing in it' })
    return candidates
  }

  async #member(within: Inner, { name, bytes }: ParsedMember): Promise<Candidate[]> {
    const plain = memberName(name)
    if (plain === undefined)
      return this.#leave(`${within.id}/${shownName(name)}`, {
        code: 'unsafe-name',
        reason: 'its name leads out of its archive or cannot be shown',
      })
    const id = this.#free(`${within.id}/${plain}`)
    const tooMuch = this.#count(bytes)
    if (tooMuch !== undefined) return this.#leave(id, tooMuch)
    const verdict = judgeName(plain)
    if (verdict === 'holds' && within.verdict !== null) return this.#leave(id, KEY_FILE)
    const inner: Inner = {
      ...within,
      id,
      depth: within.depth + 1,
      named: false,
      verdict: within.verdict === null ? null : verdict,
    }
    const format = formatOfMember(bytes, plain)
    if (format === undefined) return [candidate(inner, this.#texts.file(inner.source, bytes))]
    if (inner.depth >= MAX_MEMBER_DEPTH)
      return this.#leave(id, {
        code: 'limits',
        reason: `it is ${inner.depth} files deep in ${inner.source.file}`,
      })
    return await this.#parsed(inner, format, bytes)
  }

  #count(bytes: Uint8Array): Refusal | undefined {
    this.#members += 1
    this.#bytes += bytes.length
    if (this.#members > MAX_MEMBERS)
      return { code: 'limits', reason: `it is past the first ${MAX_MEMBERS} files in one` }
    if (this.#bytes > MAX_MEMBER_BYTES)
      return {
        code: 'limits',
        reason: `it is past the first ${MAX_MEMBER_BYTES / 1024 ** 2} MiB of files in one`,
      }
    return undefined
  }

  #leave(doc: string, { code, reason }: Refusal): [] {
    this.#omitted.push({ doc, code, reason })
    return []
  }

  /** The id, or one with a number where it is taken. */
  #free(id: string): string {
    let free = id
    for (let n = this.#numbers.get(id) ?? 2; this.#taken.has(free); n += 1) {
      free = `${id} (${n})`
      this.#numbers.set(id, n + 1)
    }
    this.#taken.add(free)
    return free
  }
}

/** What is packed of a document: with its secrets overwritten, unless they are wanted. */
function candidate({ id, of, verdict, named, day }: Inner, text: Candidate['feed']): Candidate {
  const feed = ofDay(day, text)
  const known = { id, of: of.id, label: of.label }
  if (verdict === null) return { ...known, feed }
  return { ...known, feed: maskedFeed(verdict, feed), ...(named ? { asked: feed } : {}) }
}

/** The day on which a file was last written. */
export function lastWritten(path: string): string | undefined {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  return facts && dayOf(facts.mtimeMs)
}

/** The bytes of a file that is small enough. Never blocks on a FIFO, never follows a last symlink. */
export function readWhole(path: string): Uint8Array | Refusal {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch {
    return { code: 'unreadable', reason: 'it cannot be read' }
  }
  try {
    const facts = fstatSync(fd)
    if (!facts.isFile()) return { code: 'unreadable', reason: 'it is not a regular file' }
    if (facts.size > MAX_PARSED_BYTES)
      return {
        code: 'too-large',
        reason: `it is larger than ${MAX_PARSED_BYTES / 1024 ** 2} MiB, the most of a file that has to be parsed`,
      }
    return readFileSync(fd)
  } catch {
    return { code: 'unreadable', reason: 'it cannot be read' }
  } finally {
    closeSync(fd)
  }
}
