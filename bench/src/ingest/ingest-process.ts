import type * as Memory from '../../../packages/writ/src/memory/index.ts'
import { median, percentile, rounded } from '../measure.ts'
import { takeShipped } from '../own-process.ts'

// One ingestion, or one look at what was ingested, in a process of its own. Its argument: what is asked, as JSON.

export interface Asked {
  readonly task: 'ingest' | 'look'
  readonly home: string
  readonly paths: readonly string[]
  readonly queries: readonly string[]
}

export interface Ingestion {
  readonly ms: number
  /** How long structure took after that, and how much source there is. */
  readonly structureMs: number
  readonly source: { readonly files: number; readonly bytes: number; readonly without: number }
  readonly documents: number
  readonly changed: number
}

interface Times {
  readonly p50: number
  /** Of the CPU of all threads, which other work on the machine disturbs less than time. */
  readonly cpu50: number
  readonly p95: number
  readonly most: number
}

export interface Looked {
  readonly openMs: number
  readonly search: Times
  readonly grep: Times
  readonly read: Times
}

const PATTERNS = [
  'deprecat(ed|ion)',
  'nunuke [a-z]+ing',
  'zz[0-9]+q',
  '[0-9]{4}-0[1-9]-1[0-9],',
  'TODO|FIXME',
]
const READS = 500
const READ_BYTES = 4096

/** The store alone has no door in the library. */
const MEMORY = new URL('../../../packages/writ/src/memory/index.ts', import.meta.url)

const { createWrit, args } = await takeShipped()
const { task, home, paths, queries } = JSON.parse(args[0] ?? '') as Asked
process.stdout.write(JSON.stringify(task === 'ingest' ? await ingested() : await looked()))

async function ingested(): Promise<Ingestion> {
  const writ = await createWrit({ home })
  const started = performance.now()
  const store = await writ.ingest('bench', { paths })
  const ms = performance.now() - started
  const documents = store.partitions.reduce((sum, partition) => sum + partition.documents, 0)
  const changed = store.changes?.changed.length ?? 0
  const searchable = performance.now()
  const { without } = await store.readStructure()
  const structureMs = performance.now() - searchable
  const source = { ...store.source, without: without.length }
  await store.close()
  await writ.close()
  return { ms, structureMs, source, documents, changed }
}

async function looked(): Promise<Looked> {
  const { openLibrary }: typeof Memory = await import(MEMORY.href)
  const library = await openLibrary(home)
  // The first time loads code, too.
  await (await library.openNamed('bench')).close()
  const started = performance.now()
  const store = await library.openNamed('bench')
  const openMs = performance.now() - started
  const [partition] = store.partitions
  const id = partition?.id ?? ''
  const documents = store.documents(id).filter(({ bytes }) => bytes > READ_BYTES)
  const search = await times(queries, (query) => store.search(id, { query, k: 10 }))
  const grep = await times(PATTERNS, (pattern) =>
    store.grep(id, { pattern, ignoreCase: false, before: 0, after: 0, limit: 1000 }),
  )
  const spread = Array.from({ length: READS }, (_, n) => documents[(n * 7919) % documents.length])
  const read = await times(spread, (doc) => store.read(doc?.id ?? '', 0, READ_BYTES))
  await store.close()
  await library.close()
  return { openMs, search, grep, read }
}

async function times<T>(inputs: readonly T[], work: (input: T) => Promise<unknown>): Promise<Times> {
  const took: number[] = []
  const cpu: number[] = []
  for (const input of inputs) {
    const cpuBefore = process.cpuUsage()
    const started = performance.now()
    await work(input)
    took.push(performance.now() - started)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpu.push((user + system) / 1000)
  }
  return {
    p50: rounded(median(took), 3),
    cpu50: rounded(median(cpu), 3),
    p95: rounded(percentile(took, 0.95), 3),
    most: rounded(percentile(took, 1), 1),
  }
}
