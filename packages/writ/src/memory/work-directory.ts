import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildApart } from './build-apart.ts'
import { type FileRecord, READING, recordOf, recordRow } from './file-record.ts'
import { type Advance, buildIndex } from './index-file.ts'
import { MOST_INDEXED_HERE } from './limits.ts'
import { flush, type PackDirectory } from './pack-directory.ts'
import { PackFile } from './pack-file.ts'
import { journalOf, journalPath } from './work-journal.ts'

/** What was done of the ingestion of a partition, as often as a pack of it was finished. */
interface Done {
  readonly partition: string
  /** Whether all of the partition is packed again. */
  readonly whole: boolean
  /** Null when nothing of these files could be kept. */
  readonly pack: string | null
  readonly files: readonly string[]
  /** Ids of those that are as they were in the corpus before. */
  readonly same: readonly string[]
}

/** What an unfinished ingestion has of a partition. */
export interface Progress {
  /** Whether all of it is packed again; undefined when nothing was done yet. */
  whole: boolean | undefined
  /** In the order they were finished in. One comes again where a file became again what it was. */
  readonly packs: string[]
  readonly files: Map<string, FileRecord>
  readonly same: Set<string>
}

/**
 * The directory in which a corpus is ingested. One ingestion has it at a time; what it has done when it is cut short, the next one
 * goes on with, unless the corpus has since become another.
 * INVARIANT: a line of the journal is written when its pack is on the disk. An index has its name when it is whole and on the disk.
 */
export class WorkDirectory {
  readonly #path: string
  readonly #packs: PackDirectory
  readonly #progress = new Map<string, Progress>()

  /** `base` tells the corpus that is to be replaced from others; packs may also be where `packs` has them. */
  constructor(path: string, base: string | null, packs: PackDirectory) {
    this.#path = path
    this.#packs = packs
    const header = JSON.stringify({ schema: 'writ.ingestion/2', base, reading: READING })
    const [first, ...lines] = journalOf(path)
    const done = first === header ? wholeLines(lines) : []
    const goesOn = done.every(({ pack }) => pack === null || existsSync(this.packPath(pack)))
    if (first !== header || !goesOn) rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const kept = goesOn ? done : []
    for (const line of kept) this.#note(line)
    this.#rewrite([header, ...kept.map((line) => JSON.stringify(line))])
  }

  of(partition: string): Progress {
    const known = this.#progress.get(partition) ?? {
      whole: undefined,
      packs: [],
      files: new Map(),
      same: new Set(),
    }
    this.#progress.set(partition, known)
    return known
  }

  /** Where a pack is: here, or where finished ones are. */
  packPath(pack: string): string {
    const here = this.#ownPath(pack)
    return existsSync(here) ? here : this.#packs.packPath(pack)
  }

  /** Hands over the packs of a partition with their indexes; it is made of them from now on. */
  handOver(partition: string): void {
    for (const pack of this.of(partition).packs) {
      if (existsSync(this.#indexPath(pack))) this.#packs.keepIndex(this.#indexPath(pack), pack)
      if (existsSync(this.#ownPath(pack))) this.#packs.keepPack(this.#ownPath(pack), pack)
    }
  }

  #ownPath(pack: string): string {
    return join(this.#path, `${pack}.pack`)
  }

  #indexPath(pack: string): string {
    return join(this.#path, `${pack}.db`)
  }

  /** Indexes a pack that was done, unless it is indexed. */
  async index(pack: string, advance: Advance): Promise<void> {
    const path = this.#indexPath(pack)
    const own = this.#ownPath(pack)
    if (!existsSync(own) || existsSync(path)) return
    const unfinished = this.unfinished('index')
    if (statSync(own).size > MOST_INDEXED_HERE) await buildApart(own, unfinished, advance)
    else buildHere(own, unfinished, advance)
    flush(unfinished)
    renameSync(unfinished, path)
  }

  /** Where something is written before it has its name. */
  unfinished(name: string): string {
    const path = join(this.#path, `${name}.tmp`)
    for (const left of [path, `${path}-journal`]) rmSync(left, { force: true })
    return path
  }

  /** Keeps a pack and notes the files that are in it. */
  done(
    { partition, whole }: Pick<Done, 'partition' | 'whole'>,
    finished: { readonly path: string; readonly pack: string } | undefined,
    files: readonly FileRecord[],
    same: readonly string[],
  ): void {
    if (finished !== undefined) {
      flush(finished.path)
      renameSync(finished.path, this.#ownPath(finished.pack))
    }
    const line: Done = { partition, whole, pack: finished?.pack ?? null, files: files.map(recordRow), same }
    appendFileSync(journalPath(this.#path), `${JSON.stringify(line)}\n`)
    this.#note(line)
  }

  #note({ partition, whole, pack, files, same }: Done): void {
    const progress = this.of(partition)
    progress.whole = whole
    if (pack !== null) progress.packs.push(pack)
    for (const record of files.map(recordOf)) {
      progress.files.set(record.id, record)
      progress.same.delete(record.id)
    }
    for (const id of same) progress.same.add(id)
  }

  #rewrite(lines: readonly string[]): void {
    const path = this.unfinished('journal')
    appendFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
    renameSync(path, journalPath(this.#path))
  }
}

function buildHere(pack: string, path: string, advance: Advance): void {
  const file = new PackFile(pack)
  try {
    buildIndex(file, path, advance)
  } finally {
    file.close()
  }
}

/** The lines of a journal up to one that was cut short. */
function wholeLines(lines: readonly string[]): Done[] {
  const whole: Done[] = []
  for (const line of lines) {
    try {
      whole.push(JSON.parse(line) as Done)
    } catch {
      break
    }
  }
  return whole
}
