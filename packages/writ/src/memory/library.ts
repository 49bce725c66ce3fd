import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type Amounts,
  type CodeReader,
  type ContextStore,
  type CorpusSummary,
  defined,
  type IngestRequest,
  type KeptCorpus,
  type Library,
  type Omitted,
  orDiskFault,
  type Partition,
  type RemovedCorpus,
} from '@writ/contract'
import { CODE_VERSION, codePath } from './code/code-path.ts'
import { CorporaHome } from './corpora-home.ts'
import { withCorpusLock, withPacksLock } from './corpus-lock.ts'
import { dropIndexes, dropPacks } from './drop-packs.ts'
import { areGone, gonePacks, orGone } from './gone-packs.ts'
import { PART_BYTES } from './limits.ts'
import { type CorpusManifest, isName, NamedCorpora, newFiles, requireName } from './named-corpora.ts'
import type { Places } from './pack-directory.ts'
import { partsOf, wholeParts } from './pack-parts.ts'
import type { Parse } from './parse-files.ts'
import { spareWorker } from './spare-worker.ts'
import { PackStore } from './store.ts'
import type { Ingested, WorkerCalls } from './worker-calls.ts'
import { WorkerLink } from './worker-link.ts'

/** What a library is given beside its place. */
export interface LibraryOptions {
  /** Reads files that are no text; without it they are left out. */
  readonly parse?: Parse
  /** Reads the structure of source; without it none is known. */
  readonly readCode?: CodeReader['readCode']
  /** Bytes of a kept corpus that are packed together, about. */
  readonly partBytes?: number
}

/**
 * Opens the corpora kept below `<home>/corpora`, which is made when missing. Any number of processes may have it open.
 * Throws `HOME_UNUSABLE`.
 */
export async function openLibrary(
  home: string,
  { parse, readCode, partBytes = PART_BYTES }: LibraryOptions = {},
): Promise<Library> {
  const places = new CorporaHome(home)
  places.sweep()
  return new PackLibrary(places, parse, readCode, partBytes)
}

type Owner = Pick<IngestRequest, 'purposes' | 'owner'>

class PackLibrary implements Library {
  readonly #home: CorporaHome
  readonly #named: NamedCorpora
  readonly #parse: Parse | undefined
  readonly #readCode: CodeReader['readCode'] | undefined
  readonly #partBytes: number
  readonly #stores = new Set<PackStore>()
  /** Links whose store is still being made. */
  readonly #unfinished = new Set<WorkerLink>()

  constructor(
    home: CorporaHome,
    parse: Parse | undefined,
    readCode: CodeReader['readCode'] | undefined,
    partBytes: number,
  ) {
    this.#home = home
    this.#named = new NamedCorpora(home.named)
    this.#parse = parse
    this.#readCode = readCode
    this.#partBytes = partBytes
  }

  async open(request: IngestRequest): Promise<ContextStore> {
    const { signal, onProgress } = request
    return await untilKept(async () => {
      const { store } = await this.#store(request, (link, places) =>
        link.call('ingest', this.#asked(request, places), { signal, onProgress }),
      )
      return store
    })
  }

  async ingest(name: string, request: IngestRequest): Promise<KeptCorpus> {
    requireName(name)
    return await withCorpusLock(this.#home.locks, name, () =>
      untilKept(() => this.#bringUpToDate(name, request)),
    )
  }

  async #bringUpToDate(name: string, request: IngestRequest): Promise<KeptCorpus> {
    const before = await this.#named.get(name).catch(() => undefined)
    const files = newFiles(name)
    const states = [...(before?.earlier ?? []), ...(before?.kept ?? []).map(({ packSha256 }) => packSha256)]
    const earlier = [...new Set(states)].filter((state) => partsOf(this.#home.packs, state) !== undefined)
    const base = before && {
      partitions: before.kept,
      ...(before.files === undefined ? {} : { files: this.#named.filesPath(before.files) }),
    }
    const manner = { rehash: request.rehash === true, partBytes: this.#partBytes }
    let work = ''
    const { store, ingested, scratch } = await this.#store(request, (link, places) => {
      work = this.#home.takeWork(name, places.scratch)
      const asked = { ...this.#asked(request, places), ...manner, ...defined({ base }) }
      const { signal, onProgress } = request
      return link.call(
        'ingestKept',
        { ...asked, work, files: this.#named.filesPath(files) },
        { signal, onProgress },
      )
    })
    try {
      const kept = manifest(name, request, ingested, { files, earlier, code: sourceOf(ingested) })
      const save = async (): Promise<void> => {
        this.#requirePacks(kept)
        await this.#named.save(kept, scratch)
      }
      await withPacksLock(this.#home.locks, save, name)
      // From here on the corpus is the new one, and what was done for it has no further use.
      await rm(work, { recursive: true, force: true })
      await this.#dropEarlier(name, earlier, request)
      return store
    } catch (error) {
      await store.close()
      throw orDiskFault(error, this.#home.home)
    }
  }

  async openNamed(name: string): Promise<ContextStore> {
    let kept = await this.#named.get(name)
    for (let same = 1; ; ) {
      try {
        return await this.#openKept(kept)
      } catch (error) {
        // An ingestion that ended meanwhile took away what the corpus was made of: it is another now.
        const now = await this.#named.get(name)
        same = now.files === kept.files ? same + 1 : 1
        if (same > TRIES || (same > 1 && !areGone(error))) throw error
        kept = now
      }
    }
  }

  async #openKept(kept: CorpusManifest): Promise<ContextStore> {
    const { omitted, skipped } = kept
    const { store } = await this.#store(kept, async (link, places) => {
      const partitions = await link.call('load', { places, partitions: kept.kept })
      return { partitions, omitted, skipped }
    })
    return store
  }

  async reopen(partitions: readonly Partition[], omitted: readonly Omitted[]): Promise<ContextStore> {
    const [first] = partitions
    const kept = partitions.map(({ collection, label, purposes, owner, packSha256 }) => {
      return { key: { collection, label, purposes, owner }, packSha256 }
    })
    const { purposes = [], owner = '' } = first ?? {}
    const { store } = await this.#store({ purposes, owner }, async (link, places) => {
      return { partitions: await link.call('load', { places, partitions: kept }), omitted, skipped: {} }
    })
    return store
  }

  async list(): Promise<readonly CorpusSummary[]> {
    const manifests = await this.#named.all()
    return await Promise.all(manifests.map((manifest) => summary(this.#home.indexes, manifest)))
  }

  async remove(name: string, inUse: ReadonlySet<string>): Promise<RemovedCorpus> {
    // Whatever cannot name a corpus names no lock, and no corpus.
    if (!isName(name)) return await this.#forget(name, inUse)
    return await withCorpusLock(this.#home.locks, name, () => this.#forget(name, inUse))
  }

  async #forget(name: string, inUse: ReadonlySet<string>): Promise<RemovedCorpus> {
    // Also where the first ingestion was cut short, and there is no corpus of that name yet.
    this.#home.forgetWork(name)
    // The name goes first: what is cut short here leaves packs that nothing names, and no name without its packs.
    const { documents, bytes, kept, earlier = [] } = await this.#named.remove(name)
    const packs = [...new Set([...kept.map(({ packSha256 }) => packSha256), ...earlier])]
    const { dropped, bytes: freed, kept: stay } = await dropPacks(this.#home.home, packs, inUse, name)
    const left = { packsDeleted: dropped, bytesFreed: freed, packsKept: stay }
    return { name, documents, bytes, ...left }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#unfinished].map((link) => link.terminate()))
    await Promise.all([...this.#stores].map((store) => store.close()))
  }

  /** Another corpus may have been removed with packs that this one was just found to have, too. */
  #requirePacks({ kept }: CorpusManifest): void {
    const { packs } = this.#home
    const gone = kept.find(({ packSha256 }) => wholeParts(packs, packSha256) === undefined)
    if (gone !== undefined) throw gonePacks(gone.packSha256)
  }

  #asked(request: IngestRequest, places: Places): WorkerCalls['ingest']['request'] {
    const { paths, matched = [], includeSecret = [], texts, defaultLabel, labels } = request
    const { collection, purposes, owner } = request
    const homes = [...new Set([this.#home.home, realPath(request.home)])]
    const wanted = { paths, matched, includeSecret, texts, defaultLabel, labels, homes }
    return { places, wanted, collection, purposes, owner, parses: this.#parse !== undefined }
  }

  /**
   * Removes states that a corpus had, as far as no run and no other name has them. Of those that stay the index goes: it is
   * made again from the packs if it is ever needed.
   */
  async #dropEarlier(name: string, earlier: readonly string[], { inUse }: IngestRequest): Promise<void> {
    if (earlier.length === 0) return
    // Where nobody can tell what runs were over, all of it stays.
    const used = await inUse?.().catch(() => undefined)
    if (used !== undefined) await dropPacks(this.#home.home, earlier, used, name)
    await dropIndexes(this.#home.home, earlier, name)
  }

  /** Starts a worker, lets it bring in partitions, and makes a store of both; leaves nothing behind when that fails. */
  async #store(
    { purposes, owner, signal }: Owner & Pick<IngestRequest, 'signal'>,
    bringIn: (link: WorkerLink, places: Places) => Promise<Ingested>,
  ): Promise<{ store: PackStore; ingested: Ingested; scratch: string }> {
    const scratch = this.#home.newScratch()
    const link = new WorkerLink(spareWorker.take(), this.#parse, this.#readCode)
    this.#unfinished.add(link)
    try {
      const { packs, indexes } = this.#home
      const ingested = await bringIn(link, { packs, indexes, scratch, durable: true })
      const onClose = (store: PackStore): void => void this.#stores.delete(store)
      const asked = { link, scratch, ingested, purposes, owner, onClose }
      const store = await PackStore.open(asked).catch((error: unknown) => {
        const files = ingested.partitions.flatMap(({ parts }) =>
          parts.flatMap(({ pack, index }) => [pack, index]),
        )
        throw orGone(error, ingested.partitions[0]?.partition.packSha256 ?? '', files)
      })
      this.#stores.add(store)
      return { store, ingested, scratch }
    } catch (error) {
      const cleanUp = link
        .terminate()
        .then(() => this.#home.release(scratch))
        .catch(() => undefined) // what cannot be removed now is once this process has ended
      // An abort must be prompt. Anything else waits: what fills a disk must not stay there.
      if (signal?.aborted !== true) await cleanUp
      throw orDiskFault(error, this.#home.home)
    } finally {
      this.#unfinished.delete(link)
    }
  }
}

/** How often something is tried whose packs another removes meanwhile. */
const TRIES = 5

/** Does an ingestion again, as long as another removes what it has just found or kept. */
async function untilKept<T>(ingest: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ingest()
    } catch (error) {
      if (!areGone(error) || tried >= TRIES) throw error
    }
  }
}

/** What a corpus is made of beside its partitions. */
interface MadeOf {
  readonly files: string
  readonly earlier: readonly string[]
  readonly code: Amounts
}

function manifest(
  name: string,
  { purposes, owner }: Owner,
  ingested: Ingested,
  { files, earlier, code }: MadeOf,
): CorpusManifest {
  const partitions = ingested.partitions.map(({ partition }) => partition)
  return {
    schema: 'writ.corpus/1',
    name,
    ...ingestedNow(),
    documents: partitions.reduce((sum, { documents }) => sum + documents, 0),
    bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
    partitions: partitions.length,
    purposes,
    owner,
    kept: ingested.partitions.map(({ partition, source: { files: many, bytes } }) => {
      const { collection, label, purposes: of, owner: by, packSha256 } = partition
      const source = { version: CODE_VERSION, files: many, bytes }
      return { key: { collection, label, purposes: of, owner: by }, packSha256, source }
    }),
    omitted: ingested.omitted,
    skipped: ingested.skipped,
    files,
    code,
    earlier: earlier.filter((state) => !partitions.some(({ packSha256 }) => packSha256 === state)),
  }
}

function sourceOf({ partitions }: Ingested): Amounts {
  return {
    files: partitions.reduce((sum, { source }) => sum + source.files, 0),
    bytes: partitions.reduce((sum, { source }) => sum + source.bytes, 0),
  }
}

/** What a manifest says of its corpus, and how much of its source has its structure kept. */
async function summary(indexes: string, { code, kept, ...manifest }: CorpusManifest): Promise<CorpusSummary> {
  const { name, documents, bytes, partitions, ingestedAt, firstIngestedAt } = manifest
  const known = { name, documents, bytes, partitions, ingestedAt, firstIngestedAt }
  if (code === undefined || code.files === 0) return known
  const { sourceState } = await import('./code/source-state.ts')
  const paths = kept.map(({ packSha256 }) => codePath(indexes, packSha256))
  return { ...known, source: sourceState(code, paths) }
}

/** The first time and the last, as long as nothing says otherwise. */
function ingestedNow(): Pick<CorpusManifest, 'ingestedAt' | 'firstIngestedAt'> {
  const now = new Date().toISOString()
  return { ingestedAt: now, firstIngestedAt: now }
}

/** A state directory may not exist yet; then nothing can be in it. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
