import { existsSync } from 'node:fs'
import type { Amounts, CodeFacts, CodeLanguage, CodeReader, SourceState } from '@writ/contract'
import { MAX_CODE_BYTES, MOST_SOURCE_BYTES } from '../limits.ts'
import type { PackedDocument } from '../pack-layout.ts'
import type { PackSet } from '../pack-set.ts'
import { sha256 } from '../sha256.ts'
import { fitsText } from './code-check.ts'
import { CodeFile, type Entry, type Packed, type Place } from './code-file.ts'
import { languageOf } from './code-language.ts'
import { severalAtOnce } from './several-at-once.ts'
import { sourceState } from './source-state.ts'
import { unpackFacts } from './unpack-facts.ts'

/** Texts that are under way at once: one that is read, and one that waits for the parser. */
const AT_ONCE = 2

/** Bytes of source, and time, after which what was found is written. */
const WRITE_BYTES: number = 4 * 1024 ** 2
const WRITE_MS = 1_000

/** The structure of one source file, or why it is not known. */
export interface CodeStructure {
  readonly doc: string
  readonly facts: CodeFacts | null
}

export interface CodePlaces {
  /** Where it is kept, beside the index of its pack. */
  readonly path: string
  readonly durable: boolean
  /** Whether the state that it belongs to is still there. */
  readonly isKept: () => boolean
  /** All source of which structure is read, where it was counted before. */
  readonly counted?: Amounts | undefined
}

interface Source {
  readonly doc: PackedDocument
  readonly language: CodeLanguage
  readonly place: Place
}

/** All source of a partition. */
interface KnownSource {
  readonly read: readonly Source[]
  /** That which is longer than any of which structure is read. */
  readonly long: readonly PackedDocument[]
}

/** Source whose structure is not had, and why. */
export interface NoStructure {
  readonly doc: string
  readonly reason: string
}

/** Told of source whose structure is there now. */
export type AdvanceCode = (files: number, bytes: number) => void

/**
 * The structure of the source of a partition, kept by the hash of each text. It is read where it is first asked for, be that
 * after ingestion or in a run, and follows from the text alone.
 * INVARIANT: what is handed on belongs to the text that stands there now, whatever the file on the disk says.
 */
export class KeptCode {
  readonly #pack: PackSet
  readonly #path: string
  readonly #file: CodeFile
  readonly #counted: Amounts | undefined
  /** All source, which is looked for once something of it is asked. */
  #known: KnownSource | undefined
  #files: Promise<readonly CodeStructure[]> | undefined

  constructor(pack: PackSet, { path, durable, isKept, counted }: CodePlaces) {
    this.#pack = pack
    this.#path = path
    this.#file = new CodeFile(path, durable, isKept)
    this.#counted = counted
  }

  get #sources(): readonly Source[] {
    return this.#every.read
  }

  get #long(): readonly PackedDocument[] {
    return this.#every.long
  }

  get #every(): KnownSource {
    this.#known ??= sourcesOf(this.#pack)
    return this.#known
  }

  /** Source of which structure is read, and how much of it is not read yet. */
  get state(): SourceState {
    const whole = existsSync(this.#path) ? this.#file.whole() : undefined
    if (whole !== undefined) return { ...whole, left: { files: 0, bytes: 0 } }
    // Without looking for the source, which takes as long as there are documents.
    if (this.#counted !== undefined) return sourceState(this.#counted, [this.#path])
    const left = this.#unread()
    return {
      files: this.#sources.length,
      bytes: sum(this.#sources.map(({ doc }) => doc)),
      left: { files: left.length, bytes: sum(left.map(({ doc }) => doc)) },
    }
  }

  /** Source whose structure is not had although it was read. */
  get without(): readonly NoStructure[] {
    const long = this.#long.map(({ id }) => ({
      doc: id,
      reason: `it is longer than ${MAX_CODE_BYTES} bytes`,
    }))
    if (!existsSync(this.#path)) return long
    const reasons = new Map(this.#file.places().map((one) => [nameOf(one), one.reason]))
    const refused = this.#sources.flatMap(({ doc, place }) => {
      const reason = reasons.get(nameOf(place))
      return typeof reason === 'string' ? [{ doc: doc.id, reason }] : []
    })
    return [...refused, ...long].sort((a, b) => (a.doc < b.doc ? -1 : 1))
  }

  /** Takes over what the state before had of texts that are still there. */
  takeOver(path: string): void {
    if (path === this.#path || this.#sources.length === 0 || !existsSync(path)) return
    const before = new CodeFile(path, false, () => false)
    const known = new Map(before.places().map((one) => [nameOf(one), one.text]))
    before.close()
    const entries = this.#sources.map(({ doc, language, place }): Entry => {
      const text = known.get(nameOf(place)) ?? textHash(language, this.#text(doc))
      return { place, text, bytes: doc.bytes }
    })
    this.#file.takeOver(path, new Set(entries.map(({ text }) => text)))
    this.#file.put(entries)
  }

  /** Reads what is not read yet, and keeps it. Where that is cut short, what was read until then is kept. */
  async complete(read: CodeReader['readCode'], signal: AbortSignal, advance: AdvanceCode): Promise<void> {
    const writer = new Writer(this.#file)
    try {
      // What needs most memory comes first of its language, and its parser is ended for the rest.
      const inOrder = this.#unread().toSorted((a, b) =>
        a.language === b.language ? b.doc.bytes - a.doc.bytes : a.language < b.language ? -1 : 1,
      )
      await severalAtOnce(inOrder, AT_ONCE, signal, async (source) => {
        const bytes = this.#text(source.doc)
        const text = textHash(source.language, bytes)
        const kept = this.#file.get(text) !== undefined
        const found = kept ? {} : { found: (await readSource(read, source.language, bytes)).packed }
        signal.throwIfAborted()
        writer.add({ place: source.place, text, bytes: bytes.length, ...found })
        advance(1, bytes.length)
      })
      writer.write()
      this.#keepWhole()
    } finally {
      writer.write()
    }
  }

  /** The structure of all source, in order of ids; what is not kept is read. Rejects where nothing can read it. */
  files(read: CodeReader['readCode'], signal: AbortSignal): Promise<readonly CodeStructure[]> {
    if (this.#files === undefined) {
      const files = this.#all(read, signal)
      this.#files = files
      files.catch(() => {
        this.#files = undefined
      })
    }
    return this.#files
  }

  close(): void {
    this.#file.close()
  }

  async #all(read: CodeReader['readCode'], signal: AbortSignal): Promise<readonly CodeStructure[]> {
    const within = firstOf(this.#sources)
    const beyond = this.#sources.slice(within.length).map(({ doc }) => doc)
    const all: CodeStructure[] = [...this.#long, ...beyond].map(({ id }) => ({ doc: id, facts: null }))
    const writer = new Writer(this.#file)
    try {
      await severalAtOnce(within, AT_ONCE, signal, async ({ doc, language, place }) => {
        const bytes = this.#text(doc)
        const text = textHash(language, bytes)
        const kept = this.#file.get(text)
        const isSound = kept !== undefined && (kept.facts === null || fitsText(kept.facts, bytes.length))
        if (isSound) {
          all.push({ doc: doc.id, facts: kept.facts })
          return
        }
        const { packed, facts } = await readSource(read, language, bytes)
        signal.throwIfAborted()
        writer.add({ place, text, bytes: bytes.length, found: packed })
        all.push({ doc: doc.id, facts })
      })
      writer.write()
      if (beyond.length === 0) this.#keepWhole()
    } finally {
      writer.write()
    }
    return all.sort((a, b) => (a.doc < b.doc ? -1 : 1))
  }

  #unread(): readonly Source[] {
    if (this.#sources.length === 0 || !existsSync(this.#path)) return this.#sources
    const known = new Set(this.#file.places().map(nameOf))
    return this.#sources.filter(({ place }) => !known.has(nameOf(place)))
  }

  #keepWhole(): void {
    this.#file.keepWhole({ files: this.#sources.length, bytes: sum(this.#sources.map(({ doc }) => doc)) })
  }

  #text(doc: PackedDocument): Buffer {
    return this.#pack.text(doc, 0, doc.bytes)
  }
}

/** Writes what was found now and then, and at the end. */
class Writer {
  readonly #file: CodeFile
  #entries: Entry[] = []
  #bytes = 0
  #since = performance.now()

  constructor(file: CodeFile) {
    this.#file = file
  }

  add(entry: Entry): void {
    this.#entries.push(entry)
    this.#bytes += entry.bytes
    if (this.#bytes > WRITE_BYTES || performance.now() - this.#since > WRITE_MS) this.write()
  }

  write(): void {
    const entries = this.#entries
    this.#entries = []
    this.#bytes = 0
    this.#file.put(entries)
    this.#since = performance.now()
  }
}

function sourcesOf(pack: PackSet): KnownSource {
  const all = pack.documents.flatMap((doc) => {
    const language = languageOf(doc.id)
    if (language === undefined) return []
    return [{ doc, language, place: { pack: pack.parts[doc.part]?.pack ?? '', at: doc.n } }]
  })
  return {
    read: all.filter(({ doc }) => doc.bytes <= MAX_CODE_BYTES),
    long: all.flatMap(({ doc }) => (doc.bytes > MAX_CODE_BYTES ? [doc] : [])),
  }
}

/** The first sources, as many as are looked at together. */
function firstOf(sources: readonly Source[]): readonly Source[] {
  let bytes = 0
  const end = sources.findIndex(({ doc }) => {
    bytes += doc.bytes
    return bytes > MOST_SOURCE_BYTES
  })
  return end < 0 ? sources : sources.slice(0, end)
}

/** What is known of a text: as it is kept, and as it is used. */
interface Read {
  readonly packed: Packed
  readonly facts: CodeFacts | null
}

/** What a parser says of a text, where it fits the text. */
async function readSource(
  read: CodeReader['readCode'],
  language: CodeLanguage,
  bytes: Buffer,
): Promise<Read> {
  const first = await read({ language, bytes })
  // A parser that ended may have been ended by somebody else: what is kept of a text must be the text's own fault.
  const ended = 'code' in first && first.code === 'damaged'
  const outcome = ended ? await read({ language, bytes }) : first
  if ('code' in outcome) return unknown(outcome.reason)
  const facts = factsOf(outcome.packed)
  return facts !== undefined && fitsText(facts, bytes.length)
    ? { packed: outcome, facts }
    : unknown('its parser told of what is not there')
}

function unknown(reason: string): Read {
  return { packed: { packed: null, reason }, facts: null }
}

/** Undefined where a parser packed what is no structure. */
function factsOf(packed: Uint8Array): CodeFacts | undefined {
  try {
    return unpackFacts(packed)
  } catch {
    return undefined
  }
}

/** What a text is known by: the same bytes are other source in another language. */
function textHash(language: CodeLanguage, bytes: Buffer): string {
  return sha256(Buffer.concat([Buffer.from(`${language}\n`), bytes]))
}

function nameOf({ pack, at }: Place): string {
  return `${pack} ${at}`
}

function sum(docs: readonly PackedDocument[]): number {
  return docs.reduce((total, { bytes }) => total + bytes, 0)
}
