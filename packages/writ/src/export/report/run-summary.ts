import type { Check, Citation, CoverageInAll, Denial, Det, Json, Omitted, Status } from '@writ/contract'
import {
  type AnyRecord,
  ChargeFacts,
  decodeRecord,
  type Erasure,
  foldRun,
  type RecordOf,
} from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { isCostKnown, type RunSteps } from '../steps/run-steps.ts'
import { type FrameSummary, inTreeOrder } from './frames.ts'
import { placeOf, type Reasons } from './gated-source.ts'
import { type Quote, Quotes } from './quotes.ts'
import type { DocumentReading, PartitionReading } from './reading.ts'
import { countRefusals } from './refusals.ts'
import { type StepSummary, summarizeSteps } from './step-summaries.ts'
import { pathOf, SummaryFold } from './summary-fold.ts'

/** What a report tells of a run. Null: closed, gone with the run's key, or not there yet. */
export interface RunSummary {
  readonly run: string
  readonly opening: Det['run.open']
  readonly version: string
  readonly openedAt: number
  readonly endedAt: number
  readonly tookMs: number | null
  readonly strategy: string
  /** Whether a cell ran: what a search did not answer goes on so. */
  readonly inTurns: boolean
  readonly status: Status | 'open' | 'aborted'
  readonly closing: Det['run.close'] | null
  /** Why it is not complete, in words. */
  readonly reason: string | null
  readonly records: number
  readonly question: string | null
  /** Whether anything was released; what, is `value`. */
  readonly released: boolean
  readonly value: Json
  /** Why the answer is not shown; null where it is, or there is none. */
  readonly withheld: string | null
  /** What the checks that were asked for came to, each with what did not pass, as far as that is laid open. */
  readonly checks: readonly Check[]
  readonly coverage: CoverageInAll | null
  /** Whether every model that may have been called has a known price. */
  readonly costKnown: boolean
  /** Model calls charged their worst case, and input tokens charged as cached by a provider. */
  readonly boundCalls: number
  readonly cachedInputTokens: number
  /** Ids of the models whose replies came; undefined for a run in which none stands in for another. */
  readonly answeredBy: readonly string[] | undefined
  readonly reusedCalls: number
  readonly steps: readonly StepSummary[]
  readonly allSteps: number
  /** Decisions of policy: all of them, and those that did not allow. */
  readonly decisions: { readonly all: number; readonly refused: number; readonly policies: readonly string[] }
  readonly quotes: readonly Quote[] | null
  readonly denials: readonly Denial[]
  /** Steps that a limit refused. */
  readonly limited: number
  readonly omitted: readonly Omitted[] | null
  readonly partitions: readonly PartitionReading[]
  /** Null where the names of documents are not to be had. */
  readonly documents: readonly DocumentReading[] | null
  readonly frames: readonly FrameSummary[]
  readonly keyed: boolean
  readonly source: RunSource['origin']
  readonly erasure: Erasure | undefined
}

/** Reads the summary of a run from its records and what lies open beside them, which `source` has been relieved of what is withheld. */
export async function summarizeRun(source: RunSource, told: RunSteps, reasons: Reasons): Promise<RunSummary> {
  const ends = await readEnds(source)
  const { release } = ends
  const { opening: opened, closing } = told
  const beside = async (record: AnyRecord | undefined, name: string): Promise<string | null> =>
    record === undefined ? null : ((await source.text(pathOf(record, name))) ?? null)
  const citations = parsed<readonly Citation[]>(await beside(release, 'citations'))
  const denied = parsed<readonly Denial[]>(await beside(closing, 'denials'))
  const question = await beside(opened, 'question')
  const quotes = new Quotes(citations ?? [])
  const middle = new SummaryFold(source, quotes)
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
    inTurns: ends.inTurns,
    status: closing?.det.status ?? (told.abort === undefined ? 'open' : 'aborted'),
    closing: closing?.det ?? null,
    reason: closing?.obs.reason ?? told.abort?.obs.message ?? null,
    records: ends.count,
    question,
    released: release !== undefined,
    value: parsed<Json>(await beside(release, 'value')),
    withheld: release === undefined ? null : (reasons.get(placeOf(release)) ?? null),
    checks: checksOf(release, parsed<readonly (readonly string[])[]>(await beside(release, 'problems'))),
    coverage: closing?.obs.coverage ?? null,
    costKnown: isCostKnown(opened, null),
    boundCalls: ends.charges.boundCalls,
    reusedCalls: ends.charges.reusedCalls,
    cachedInputTokens: ends.charges.cachedInputTokens,
    answeredBy: ends.charges.answeredBy,
    steps: await summarizeSteps(source, told, reasons),
    allSteps: told.steps.length,
    decisions: countDecisions(told),
    quotes: citations === null ? null : quotes.all,
    denials: denied ?? countRefusals(middle.refusals),
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

function checksOf(
  release: RecordOf<'output.release'> | undefined,
  problems: readonly (readonly string[])[] | null,
): readonly Check[] {
  return (release?.det.checks ?? []).map((check, i) => ({ ...check, problems: problems?.[i] ?? [] }))
}

interface Ends {
  release?: RecordOf<'output.release'>
  last?: AnyRecord
  readonly charges: ChargeFacts
  strategy: string
  inTurns: boolean
  count: number
}

/** A first pass: how the run begins and ends. */
async function readEnds(source: RunSource): Promise<Ends> {
  const ends: Ends = { charges: new ChargeFacts(), strategy: '', inTurns: false, count: 0 }
  for await (const record of recordsOf(source)) {
    if (record.kind === 'cell') ends.inTurns = true
    if (record.kind === 'strategy.chosen') ends.strategy = record.det.strategy
    if (record.kind === 'output.release' && record.det.outcome === 'ok') ends.release = record
    ends.charges.accept(record)
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

function countDecisions({ steps }: RunSteps): RunSummary['decisions'] {
  const decisions = steps.flatMap((step) => step.decisions)
  const allowed = decisions.filter(({ verdict }) => verdict === 'allow')
  const policies = [...new Set(allowed.flatMap((decision) => decision.policies))].sort()
  return { all: decisions.length, refused: decisions.length - allowed.length, policies }
}
