import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import type { CodeFacts, CodeReader, CodeRequest, ParseRefusal } from '@writ/contract'
import { MAX_CODE_BYTES } from '../limits.ts'
import type { PackSet } from '../pack-set.ts'
import { languageOf } from './code-language.ts'

/** Counts up whenever what is found in source changes; older state is made again. */
const VERSION = 2

/** The structure of one source file, or why it is not known. */
export interface CodeFile {
  readonly doc: string
  readonly facts: CodeFacts | null
}

interface Kept {
  readonly version: number
  readonly files: readonly CodeFile[]
}

export interface CodePlaces {
  /** Where it is kept, beside the index of its pack. */
  readonly path: string
  readonly scratch: string
  readonly durable: boolean
}

/** The structure of the source in one pack: read when it is first asked for, and kept beside the index. */
export class KeptCode {
  readonly #pack: PackSet
  readonly #places: CodePlaces
  #files: Promise<readonly CodeFile[]> | undefined

  constructor(pack: PackSet, places: CodePlaces) {
    this.#pack = pack
    this.#places = places
  }

  /** The source files of the pack, in order of their ids. Rejects where nothing can read them. */
  files(read: CodeReader['readCode'], signal: AbortSignal): Promise<readonly CodeFile[]> {
    if (this.#files === undefined) {
      const files = this.#read(read, signal)
      this.#files = files
      files.catch(() => {
        this.#files = undefined
      })
    }
    return this.#files
  }

  async #read(read: CodeReader['readCode'], signal: AbortSignal): Promise<readonly CodeFile[]> {
    const sources = this.#pack.documents.flatMap((doc) => {
      const language = languageOf(doc.id)
      return language === undefined ? [] : [{ doc, language }]
    })
    if (sources.length === 0) return []
    const kept = open(this.#places.path)
    if (kept !== undefined) return kept
    const files: CodeFile[] = []
    for (const { doc, language } of sources) {
      signal.throwIfAborted()
      const tooLong = doc.bytes > MAX_CODE_BYTES
      const request: CodeRequest | undefined = tooLong
        ? undefined
        : { language, bytes: this.#pack.text(doc, 0, doc.bytes) }
      const outcome = request === undefined ? undefined : await read(request)
      files.push({ doc: doc.id, facts: usable(outcome, doc.bytes) })
    }
    this.#keep({ version: VERSION, files })
    return files
  }

  /** Survives a crash whole or not at all: it gets its name once it is written. */
  #keep(kept: Kept): void {
    const { path, scratch, durable } = this.#places
    const unfinished = join(scratch, `${randomUUID()}.tmp`)
    try {
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
      const bytes = brotliCompressSync(JSON.stringify(kept), options)
      writeFileSync(unfinished, bytes, { mode: 0o600, flush: durable })
      renameSync(unfinished, path)
    } finally {
      rmSync(unfinished, { force: true })
    }
  }
}

function open(path: string): readonly CodeFile[] | undefined {
  try {
    const { version, files } = JSON.parse(brotliDecompressSync(readFileSync(path)).toString()) as Kept
    return version === VERSION ? files : undefined
  } catch {
    return undefined
  }
}

/** What a parser said of a text, where it fits the text: numbers name what is there, and places lie within. */
function usable(outcome: CodeFacts | ParseRefusal | undefined, bytes: number): CodeFacts | null {
  if (outcome === undefined || 'code' in outcome) return null
  const { definitions, uses, imports, exports } = outcome
  const lies = (start: number, end: number): boolean => start < end && end <= bytes
  const known = ({ root, n }: CodeFacts['uses'][number]['reach']): boolean =>
    root === 'import'
      ? n < imports.length
      : root === 'own' || root === 'super'
        ? n < definitions.length
        : true
  const fits =
    definitions.every(
      ({ start, end, from, to, container, value, base }, n) =>
        lies(start, end) &&
        lies(from, to) &&
        (container === null || container < n) &&
        (value === null || known(value)) &&
        (base === null || known(base)),
    ) &&
    uses.every(
      ({ start, end, within, reach }) =>
        lies(start, end) && (within === null || within < definitions.length) && known(reach),
    ) &&
    exports.every(({ reach }) => known(reach))
  return fits ? outcome : null
}
