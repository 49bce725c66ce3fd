import type { Attempt } from '@writ/contract'
import type { RecordOf } from './fold-run.ts'
import { modelsAt } from './fork.ts'
import type { AnyRecord } from './record.ts'

/** What the records tell about how charges came to be, gathered record by record. */
export class ChargeFacts {
  /** Attempts charged their bound that records of their own describe, by the command they are of. */
  readonly #told = new Map<number, number>()
  #opened: Extract<AnyRecord, { kind: 'run.open' }> | undefined
  /** Attempts charged their bound. */
  boundCalls = 0
  /** Whether every model that was called has a price. */
  costKnown = true

  accept(record: AnyRecord): void {
    if (record.kind === 'run.open') this.#opened = record
    if (record.kind === 'model.usage') this.#tell(record)
    if (record.kind === 'model.result') this.#count(record)
    if (record.kind !== 'model.call' || record.det.outcome !== 'ok' || this.#opened === undefined) return
    const { model } = record.det
    const recorded = modelsAt(this.#opened.det, record.seq).find(({ id }) => id === model)
    if (recorded?.inputNanoUsd === null || recorded?.outputNanoUsd === null) this.costKnown = false
  }

  /** A call that was sent again after a restart begins its list anew. */
  #tell({ obs }: RecordOf<'model.usage'>): void {
    const before = obs.first === 0 ? 0 : (this.#told.get(obs.command) ?? 0)
    this.#told.set(obs.command, before + boundIn(obs.detail))
  }

  #count({ obs }: RecordOf<'model.result'>): void {
    const before = obs.detail.length === obs.attempts ? 0 : (this.#told.get(obs.command) ?? 0)
    this.#told.delete(obs.command)
    this.boundCalls += before + boundIn(obs.detail)
  }
}

function boundIn(detail: readonly Attempt[]): number {
  return detail.filter(({ chargedAs }) => chargedAs === 'bound').length
}
