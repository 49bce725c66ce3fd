import type { Citation, Denial, Det, Omitted, Status } from '@writ/contract'
import { type AnyRecord, decodeRecord, type Erasure, foldRun, type RecordOf } from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { type FrameStory, inTreeOrder } from './frames.ts'
import { type Quote, Quotes } from './quotes.ts'
import type { DocumentReading, PartitionReading } from './reading.ts'
import { countRefusals } from './refusals.ts'
import { pathOf, Telling } from './telling.ts'

/** What a report tells of a run. Null: closed, gone with the run's key, or not there yet. */
export interface Story {
  readonly run: string
  readonly opening: Det['run.open']
  readonly version: string
  readonly openedAt: number
  readonly endedAt: number
  readonly tookMs: number | null
  readonly strategy: string
  readonly status: Status | 'open' | 'aborted'
  readonly closing: Det['run.close'] | null
  /** Why it is not complete, in words. */
  readonly reason: string | null
  readonly records: number
  readonly question: string | null
  readonly answer: string | null
  readonly quotes: readonly Quote[] | null
  readonly denials: readonly Denial[]
  /** Steps that a limit refused. */
  readonly limited: number
  readonly omitted: readonly Omitted[] | null
  readonly partitions: readonly PartitionReading[]
  /** Null where the names of documents are not to be had. */
  readonly documents: readonly DocumentReading[] | null
  readonly frames: readonly FrameStory[]
  readonly keyed: boolean
  readonly source: RunSource['origin']
  readonly erasure: Erasure | undefined
}

/** Reads the story of a run from its records and what lies open beside them. Undefined when it does not begin with `run.open`. */
export async function readStory(source: RunSource): Promise<Story | undefined> {
  const ends = await readEnds(source)
  const { opening, release, closing } = ends
  if (opening === undefined) return undefined
  const opened = opening
  const beside = async (record: AnyRecord | undefined, name: string): Promise<string | null> =>
    record === undefined ? null : ((await source.text(pathOf(record, name))) ?? null)
  const citations = parsed<readonly Citation[]>(await beside(release, 'citations'))
  const told = parsed<readonly Denial[]>(await beside(closing, 'denials'))
  const question = await beside(opened, 'question')
  const quotes = new Quotes(citations ?? [])
  const middle = new Telling(source, quotes)
  await foldRun(recordsOf(source), middle)
  const root = middle.frames.get('0')
  if (root !== undefined) root.goal = question
  return {
    run: source.run,
    opening: opened.det,
    version: opened.obs.version,
    openedAt: opened.obs.at,
    endedAt: ends.last?.obs.at ?? opened.obs.at,
    tookMs: closing?.obs.tookMs ?? null,
    strategy: ends.strategy,
    status: closing?.det.status ?? (ends.last?.kind === 'run.abort' ? 'aborted' : 'open'),
    closing: closing?.det ?? null,
    reason: closing?.obs.reason ?? null,
    records: ends.count,
    question,
    answer: asText(await beside(release, 'value')),
    quotes: citations === null ? null : quotes.all,
    denials: told ?? countRefusals(middle.refusals),
    limited: middle.limited,
    omitted: parsed<readonly Omitted[]>(await beside(opened, 'omitted')),
    partitions: middle.reading.partitions,
    documents: source.keyed ? middle.reading.documents() : null,
    frames: inTreeOrder(middle.frames.values()),
    keyed: source.keyed,
    source: source.origin,
    erasure: source.erasure,
  }
}

interface Ends {
  opening?: RecordOf<'run.open'>
  release?: RecordOf<'output.release'>
  closing?: RecordOf<'run.close'>
  last?: AnyRecord
  strategy: string
  count: number
}

/** A first pass: how the run begins and ends. */
async function readEnds(source: RunSource): Promise<Ends> {
  const ends: Ends = { strategy: '', count: 0 }
  for await (const record of recordsOf(source)) {
    if (record.kind === 'run.open' && record.seq === 0) ends.opening = record
    if (record.kind === 'strategy.chosen') ends.strategy = record.det.strategy
    if (record.kind === 'output.release' && record.det.outcome === 'ok') ends.release = record
    if (record.kind === 'run.close') ends.closing = record
    ends.last = record
    ends.count += 1
  }
  return ends
}

async function* recordsOf(source: RunSource): AsyncGenerator<AnyRecord> {
  for await (const bytes of source.records()) yield decodeRecord(bytes)
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}

/** A released value for people: a text as it is, anything else as JSON with a line for each member. */
function asText(json: string | null): string | null {
  if (json === null) return null
  const value: unknown = JSON.parse(json)
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
