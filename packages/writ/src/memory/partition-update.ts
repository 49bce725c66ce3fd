import { isLeftOut, type Omitted } from '@writ/contract'
import type { FileRecord } from './file-record.ts'
import { type Living, livingParts } from './living-parts.ts'
import { type PackDirectory, writePack } from './pack-directory.ts'
import type { Part } from './pack-parts.ts'
import { PackSet } from './pack-set.ts'
import { type Parse, parseFiles } from './parse-files.ts'
import { type PartitionKey, partitionId } from './partition-key.ts'
import { type Before, type Plan, planPartition, type Task } from './partition-plan.ts'
import type { Candidate } from './selection.ts'
import type { Progress, WorkDirectory } from './work-directory.ts'
import type { WorkerCalls } from './worker-calls.ts'

interface Context {
  readonly request: WorkerCalls['ingestKept']['request']
  readonly key: PartitionKey
  /** The state that the partition had. */
  readonly hash: string | undefined
  readonly directory: PackDirectory
  readonly work: WorkDirectory
  readonly files: ReadonlyMap<string, FileRecord>
  readonly parse: Parse
  /** Ids of all files and texts, which no document within a file may have. */
  readonly ids: readonly string[]
}

/** One partition of a kept corpus while it is brought up to date. */
export class PartitionUpdate {
  readonly #context: Context
  readonly #id: string
  readonly #baseParts: readonly Part[]
  readonly #base: PackSet | undefined
  readonly #plan: Plan
  /** What is known of its files: those that stay, and those that are done. */
  readonly #known: Map<string, FileRecord>
  readonly same: Set<string>

  constructor(context: Context, candidates: readonly Candidate[]) {
    this.#context = context
    const { key, hash, directory, work } = context
    this.#id = partitionId(key)
    this.#baseParts = (hash === undefined ? undefined : directory.parts(hash)) ?? []
    this.#base = this.#baseParts.length === 0 ? undefined : this.#open(this.#baseParts)
    const progress = work.of(this.#id)
    const files = new Map([...context.files].filter(([, record]) => record.partition === this.#id))
    const done = this.#living([], progress.packs, { stays: () => false, came: () => true })
    const progressSet = this.#open(done)
    try {
      const before: Before = { files, set: this.#base, progress, progressSet }
      this.#plan = planPartition(candidates, before, context.request)
    } finally {
      progressSet.close()
    }
    this.#known = new Map(this.#plan.kept)
    this.same = new Set(this.#plan.same)
  }

  get key(): PartitionKey {
    return this.#context.key
  }

  get bytesToDo(): number {
    return this.#plan.tasks.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get records(): Iterable<FileRecord> {
    return this.#known.values()
  }

  /** Reads, packs and indexes what there is to do; returns the hash of the new state, undefined when no document is left. */
  async finish(advance: (documents: number, bytes: number) => void): Promise<string | undefined> {
    const { directory, work, hash } = this.#context
    if (this.#plan.isUnchanged) return hash
    for (const pack of this.#progress.packs) await work.index(pack, advance)
    for (const tasks of batches(this.#plan.tasks, this.#context.request.partBytes)) {
      const pack = await this.#pack(tasks)
      if (pack !== undefined) await work.index(pack, advance)
    }
    const parts = this.#parts()
    if (parts === undefined) return undefined
    work.handOver(this.#id)
    return directory.keepParts(parts)
  }

  close(): void {
    this.#base?.close()
  }

  get #progress(): Progress {
    return this.#context.work.of(this.#id)
  }

  /** Packs what files came to; returns the pack, undefined where nothing of them could be kept. */
  async #pack(tasks: readonly Task[]): Promise<string | undefined> {
    const { request, work, parse, ids } = this.#context
    const omitted: Omitted[] = []
    const toRead = tasks.flatMap(({ fresh }) => (fresh === undefined ? [] : [fresh]))
    const { candidates, remove } = request.parses
      ? await parseFiles(toRead, omitted, request.places.scratch, parse, ids)
      : { candidates: toRead, remove: () => {} }
    const copied = tasks.flatMap(({ copied: known }) => known?.candidates ?? [])
    const path = work.unfinished('pack')
    const pack = writePack(path, [...candidates, ...copied], omitted)
    remove()
    const records = this.#recordsOf(tasks, candidates, omitted)
    for (const record of records) this.#known.set(record.id, record)
    const same = tasks.filter((task) => task.copied !== undefined).map(({ id }) => id)
    const finished = pack === undefined ? undefined : { path, pack }
    work.done({ partition: this.#id, whole: this.#plan.whole }, finished, records, same)
    return pack
  }

  #recordsOf(
    tasks: readonly Task[],
    candidates: readonly Candidate[],
    omitted: readonly Omitted[],
  ): FileRecord[] {
    const fresh = new Set(tasks.filter((task) => task.fresh !== undefined).map(({ id }) => id))
    const files = new Map(candidates.map(({ id, of }) => [id, of ?? id]))
    const left = new Set(omitted.filter(isLeftOut).map(({ doc }) => doc))
    const docs = Map.groupBy(
      candidates.filter(({ id }) => !left.has(id)),
      ({ id, of }) => of ?? id,
    )
    const said = Map.groupBy(omitted, ({ doc }) => files.get(doc) ?? fileOf(doc, fresh))
    return tasks.map(({ id, sight, copied }) => {
      if (copied !== undefined) return copied.record
      const changing = said.get(id)?.some(({ code }) => code === 'changing') === true
      return {
        id,
        partition: this.#id,
        ...sight,
        seen: changing ? null : sight.seen,
        docs: (docs.get(id) ?? []).map((candidate) => candidate.id),
        omitted: said.get(id) ?? [],
      }
    })
  }

  /** The parts of what is known, or undefined when there is no document. */
  #parts(): readonly Part[] | undefined {
    const base = this.#plan.whole ? [] : this.#baseParts
    const staying = new Set<string>()
    const coming = new Set<string>()
    for (const { id, docs } of this.#known.values()) {
      const side = this.#plan.stays.has(id) ? staying : coming
      for (const doc of docs) side.add(doc)
    }
    const sides = { stays: (doc: string) => staying.has(doc), came: (doc: string) => coming.has(doc) }
    const parts = this.#living(base, this.#progress.packs, sides)
    const set = this.#open(parts)
    try {
      return set.documents.length === 0 ? undefined : parts
    } finally {
      set.close()
    }
  }

  #living(before: readonly Part[], packs: readonly string[], sides: Omit<Living, 'before'>): Part[] {
    const all = this.#open([...before, ...packs.map((pack) => ({ pack, gone: [] }))])
    try {
      return livingParts(all, { before, ...sides })
    } finally {
      all.close()
    }
  }

  #open(parts: readonly Part[]): PackSet {
    return new PackSet(parts, (pack) => this.#context.work.packPath(pack))
  }
}

/** The file that something left out of it is called after. */
function fileOf(doc: string, files: ReadonlySet<string>): string {
  for (let at = doc.length; at > 0; at = doc.lastIndexOf('/', at - 1)) {
    const name = doc.slice(0, at)
    if (files.has(name)) return name
  }
  return doc
}

/** Tasks in order, as many at once as go into one pack. */
function* batches(tasks: readonly Task[], partBytes: number): Generator<readonly Task[]> {
  let batch: Task[] = []
  let bytes = 0
  for (const task of tasks) {
    if (batch.length > 0 && bytes + task.bytes > partBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(task)
    bytes += task.bytes
  }
  if (batch.length > 0) yield batch
}
