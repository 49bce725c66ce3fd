import { appendFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from '../bench-options.ts'
import { type Measure, rounded } from '../measure.ts'
import { ownProcess } from '../own-process.ts'
import { peakMemory, type TreeMemory } from '../process-tree.ts'
import { type GeneratedCorpus, generateCorpus, someQueries } from './generated-corpus.ts'
import type { Asked, Ingestion, Looked } from './ingest-process.ts'
import { searchedRuns } from './searched-runs.ts'

const PROGRAM = new URL('ingest-process.ts', import.meta.url)
const MODULES = join(import.meta.dirname, '..', '..', '..', 'node_modules')

/** A file that was written in the last seconds is looked into again, however its times read. */
const SETTLE_MS = 2500

/** Ingestion of a corpus of mixed text, what it answers with, and what it costs to bring it up to date. */
export async function* ingest({ size, quick }: BenchOptions): AsyncGenerator<Measure> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const corpus = generateCorpus(made(place, 'corpus'), (quick ? 10 : size) * 1e6, MODULES)
    await pause(SETTLE_MS)
    const home = join(place, 'home')
    yield* ofIngestion(home, corpus)
    yield* searchedRuns(home, corpus, ingestInto)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function ingestInto(home: string, paths: readonly string[]): Promise<void> {
  await inProcess<Ingestion>({ task: 'ingest', home, paths, queries: [] })
}

async function* ofIngestion(home: string, corpus: GeneratedCorpus): AsyncGenerator<Measure> {
  const asked: Asked = { task: 'ingest', home, paths: [corpus.folder], queries: [] }
  const text = `${rounded(corpus.bytes / 1e6)} MB of text in ${corpus.files.length} files`
  const first = await inProcess<Ingestion>(asked)
  yield {
    task: 'ingest, searchable',
    score: rounded(corpus.bytes / 1e3 / first.ms, 1),
    detail: `MB/s, ${text}, ${rounded(first.ms)} ms, ${first.documents} documents`,
    target: '12 MB/s',
    met: corpus.bytes / 1e3 / first.ms >= 12,
  }
  const { files, bytes, without } = first.source
  const ofSource = rounded(bytes / 1e3 / first.structureMs, 1)
  yield {
    task: 'ingest, structure following',
    score: rounded(corpus.bytes / 1e3 / first.structureMs, 1),
    detail: `MB/s of all text, ${rounded(first.structureMs)} ms; ${ofSource} MB/s of source: ${rounded(bytes / 1e6, 1)} MB in ${files} files, ${without} of them without`,
    target: '3 MB/s',
    met: corpus.bytes / 1e3 / first.structureMs >= 3,
  }
  yield atMost(
    'memory while it is ingested',
    first.peak.bytes / 1e6,
    500,
    'MB at the peak, PSS of all processes',
  )
  const kept = sizeOf(join(home, 'corpora', 'index')) / corpus.bytes
  yield atMost('index', kept, 0.6, '× the text, outlines, tables and the structure of source in it', 2)
  const again = await inProcess<Ingestion>(asked)
  yield atMost(
    'ingest again, nothing changed',
    whole(again) / whole(first),
    0.05,
    `of the first, each with structure; searchable after ${rounded(again.ms)} ms, all after ${rounded(whole(again))} ms`,
    3,
  )
  for (const file of corpus.files.filter((_, at) => at % 100 === 0)) appendFileSync(file, '\none more line\n')
  const changed = await inProcess<Ingestion>(asked)
  yield atMost(
    'ingest again, one file of a hundred changed',
    whole(changed) / whole(first),
    0.05,
    `of the first, each with structure; searchable after ${rounded(changed.ms)} ms, all after ${rounded(whole(changed))} ms, ${changed.changed} documents`,
    3,
  )
  const looked = await inProcess<Looked>({ ...asked, task: 'look', queries: someQueries(100) })
  yield atMost('open the corpus', looked.openMs, 200, 'ms', 1)
  yield atMost(
    'BM25, p50',
    looked.search.p50,
    5,
    `ms, 100 queries of one to four words; p95 ${looked.search.p95}; of CPU ${looked.search.cpu50}`,
    2,
  )
  yield atMost('a pattern over all of it, p50', looked.grep.p50, 1000, `ms; longest ${looked.grep.most}`, 1)
  yield atMost('a read of 4 KB by the store', looked.read.p50, 0.1, `ms; p95 ${looked.read.p95}`, 3)
}

function whole({ ms, structureMs }: Ingestion): number {
  return ms + structureMs
}

function atMost(task: string, score: number, most: number, detail: string, digits = 0): Measure {
  return { task, score: rounded(score, digits), detail, target: `${most}`, met: score <= most }
}

async function inProcess<T>(asked: Asked): Promise<T & { readonly peak: TreeMemory }> {
  let peak: TreeMemory = { bytes: 0, mapped: 0 }
  const said = await ownProcess<T>(PROGRAM, [JSON.stringify(asked)], async (child) => {
    peak = await peakMemory(child)
  })
  return { ...said, peak }
}

function made(place: string, name: string): string {
  const path = join(place, name)
  mkdirSync(path)
  return path
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
