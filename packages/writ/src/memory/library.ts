import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type {
  CodeReader,
  ContextStore,
  CorpusSummary,
  IngestRequest,
  Library,
  Omitted,
  Partition,
  RemovedCorpus,
} from '@writ/contract'
import { CorporaHome } from './corpora-home.ts'
import { dropPacks } from './drop-packs.ts'
import { type CorpusManifest, NamedCorpora, requireName } from './named-corpora.ts'
import type { Places } from './pack-directory.ts'
import type { Parse } from './parse-files.ts'
import { spareWorker } from './spare-worker.ts'
import { PackStore } from './store.ts'
import type { Ingested } from './worker-calls.ts'
import { WorkerLink } from './worker-link.ts'

/**
 * Opens the corpora kept below `<home>/corpora`, which is made when missing. Any number of processes may have it open.
 * Files that are no text, and the structure of source, are read where there is something that does. Throws `HOME_UNUSABLE`.
 */
export async function openLibrary(
  home: string,
  parse?: Parse,
  readCode?: CodeReader['readCode'],
): Promise<Library> {
  const places = new CorporaHome(home)
  places.sweep()
  return new PackLibrary(places, parse, readCode)
}

type Owner = Pick<IngestRequest, 'purposes' | 'owner'>

class PackLibrary implements Library {
  readonly #home: CorporaHome
  readonly #parse: Parse | undefined
  readonly #readCode: CodeReader['readCode'] | undefined
  readonly #stores = new Set<PackStore>()
  /** Links whose store is still being made. */
  readonly #unfinished = new Set<WorkerLink>()

  constructor(home: CorporaHome, parse: Parse | undefined, readCode: CodeReader['readCode'] | undefined) {
    this.#home = home
    this.#parse = parse
    this.#readCode = readCode
  }

  async open(request: IngestRequest): Promise<ContextStore> {
    return (await this.#ingest(request)).store
  }

  async ingest(name: string, request: IngestRequest): Promise<ContextStore> {
    requireName(name)
    const { store, ingested, scratch } = await this.#ingest(request)
    try {
      await new NamedCorpora(this.#home.named, scratch).save(manifest(name, request, ingested))
      return store
    } catch (error) {
      await store.close()
      throw error
    }
  }

  async openNamed(name: string): Promise<ContextStore> {
    const kept = await new NamedCorpora(this.#home.named, this.#home.scratch).get(name)
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

  list(): Promise<readonly CorpusSummary[]> {
    return new NamedCorpora(this.#home.named, this.#home.scratch).list()
  }

  async remove(name: string, inUse: ReadonlySet<string>): Promise<RemovedCorpus> {
    const corpora = new NamedCorpora(this.#home.named, this.#home.scratch)
    // The name goes first: what is cut short here leaves packs that nothing names, and no name without its packs.
    const { documents, bytes, kept } = await corpora.remove(name)
    const packs = kept.map(({ packSha256 }) => packSha256)
    const { dropped, bytes: freed } = await dropPacks(
      this.#home.home,
      packs.filter((pack) => !inUse.has(pack)),
    )
    const left = { packsDeleted: dropped, bytesFreed: freed, packsKept: packs.length - dropped }
    return { name, documents, bytes, ...left }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#unfinished].map((link) => link.terminate()))
    await Promise.all([...this.#stores].map((store) => store.close()))
  }

  #ingest(request: IngestRequest) {
    const { paths, matched = [], includeSecret = [], texts, defaultLabel, labels } = request
    const { collection, purposes, owner, signal, onProgress } = request
    const homes = [...new Set([this.#home.home, realPath(request.home)])]
    const wanted = { paths, matched, includeSecret, texts, defaultLabel, labels, homes }
    return this.#store(request, (link, places) =>
      link.call(
        'ingest',
        { places, wanted, collection, purposes, owner, parses: this.#parse !== undefined },
        { signal, onProgress },
      ),
    )
  }

  /** Starts a worker, lets it bring in partitions, and makes a store of both; leaves nothing behind when that fails. */
  async #store(
    { purposes, owner }: Owner,
    bringIn: (link: WorkerLink, places: Places) => Promise<Ingested>,
  ): Promise<{ store: PackStore; ingested: Ingested; scratch: string }> {
    const scratch = this.#home.newScratch()
    const link = new WorkerLink(spareWorker.take(), this.#parse, this.#readCode)
    this.#unfinished.add(link)
    try {
      const { packs, indexes } = this.#home
      const ingested = await bringIn(link, { packs, indexes, scratch, durable: true })
      const onClose = (): void => void this.#stores.delete(store)
      const store = await PackStore.open({ link, scratch, ingested, purposes, owner, onClose })
      this.#stores.add(store)
      return { store, ingested, scratch }
    } catch (error) {
      // Nobody waits for the clean-up: an abort must be prompt.
      void link.terminate().then(() => rm(scratch, { recursive: true, force: true }))
      throw error
    } finally {
      this.#unfinished.delete(link)
    }
  }
}

function manifest(name: string, { purposes, owner }: Owner, ingested: Ingested): CorpusManifest {
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
    kept: partitions.map(({ collection, label, purposes: of, owner: by, packSha256 }) => ({
      key: { collection, label, purposes: of, owner: by },
      packSha256,
    })),
    omitted: ingested.omitted,
    skipped: ingested.skipped,
  }
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
