import { type Attempt, cachedInputTokens, unsentCalls } from '@writ/contract'
import type { RecordOf } from './fold-run.ts'
import { allModels } from './fork.ts'
import type { AnyRecord } from './record.ts'

/** What the records tell about how charges came to be, gathered record by record. */
export class ChargeFacts {
  /** What attempts came to that records of their own describe, by the command they are of. */
  readonly #told = new Map<number, Told>()
  #opened: Extract<AnyRecord, { kind: 'run.open' }> | undefined
  /** Attempts charged their bound. */
  boundCalls = 0
  /** Input tokens charged as cached. */
  cachedInputTokens = 0
  /** Sub-calls that were answered without being sent. */
  reusedCalls = 0
  /** Whether every model that was called has a price. */
  costKnown = true
  /** Models of the calls without a result, by the record of each, and those whose replies came. */
  readonly #asked = new Map<number, string>()
  readonly #answered = new Set<string>()

  accept(record: AnyRecord): void {
    if (record.kind === 'run.open') this.#opened = record
    if (record.kind === 'model.usage') this.#tell(record)
    if (record.kind === 'model.item') this.#item(record)
    if (record.kind === 'model.result') this.#count(record)
    if (record.kind !== 'model.call' || record.det.outcome !== 'ok' || this.#opened === undefined) return
    const { model, reused = [], merged = 0 } = record.det
    this.reusedCalls += unsentCalls({ reused, merged })
    this.#asked.set(record.seq, model)
    const recorded = allModels(this.#opened.det).find(({ id }) => id === model)
    if (recorded?.inputNanoUsd === null || recorded?.outputNanoUsd === null) this.costKnown = false
  }

  /** A call that was sent again after a restart begins its list anew. */
  #tell({ obs }: RecordOf<'model.usage'>): void {
    const before = obs.first === 0 ? NOTHING_TOLD : (this.#told.get(obs.command) ?? NOTHING_TOLD)
    this.#told.set(obs.command, added(before, told(obs.detail)))
  }

  /** The models whose replies came, sorted; undefined for a run in which no model stands in for another. */
  get answeredBy(): readonly string[] | undefined {
    const opening = this.#opened?.det
    const named = [opening, opening?.fork].some(
      (one) => one?.fallbacks !== undefined || one?.verifier !== undefined,
    )
    return named ? [...this.#answered].sort() : undefined
  }

  /** An item tells all of its attempts, whatever was told of its call before. */
  #item({ obs }: RecordOf<'model.item'>): void {
    this.#told.delete(obs.command)
    this.#add(told(obs.detail))
  }

  #count({ det, obs }: RecordOf<'model.result'>): void {
    const model = this.#asked.get(obs.command)
    this.#asked.delete(obs.command)
    if (model !== undefined && det.outcomes.ok !== undefined) this.#answered.add(model)
    const before =
      obs.detail.length === obs.attempts ? NOTHING_TOLD : (this.#told.get(obs.command) ?? NOTHING_TOLD)
    this.#told.delete(obs.command)
    this.#add(added(before, told(obs.detail)))
  }

  #add({ bound, cached }: Told): void {
    this.boundCalls += bound
    this.cachedInputTokens += cached
  }
}

/** Attempts charged their bound, and input tokens charged as cached. */
interface Told {
  readonly bound: number
  readonly cached: number
}

const NOTHING_TOLD: Told = { bound: 0, cached: 0 }

function told(detail: readonly Attempt[]): Told {
  const bound = detail.filter(({ chargedAs }) => chargedAs === 'bound').length
  return { bound, cached: cachedInputTokens(detail) }
}

function added(a: Told, b: Told): Told {
  return { bound: a.bound + b.bound, cached: a.cached + b.cached }
}
