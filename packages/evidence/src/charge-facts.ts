import { modelsAt } from './fork.ts'
import type { AnyRecord } from './record.ts'

/** What the records tell about how charges came to be, gathered record by record. */
export class ChargeFacts {
  #opened: Extract<AnyRecord, { kind: 'run.open' }> | undefined
  /** Attempts charged their bound. */
  boundCalls = 0
  /** Whether every model that was called has a price. */
  costKnown = true

  accept(record: AnyRecord): void {
    if (record.kind === 'run.open') this.#opened = record
    if ('detail' in record.obs)
      this.boundCalls += record.obs.detail.filter(({ chargedAs }) => chargedAs === 'bound').length
    if (record.kind !== 'model.call' || record.det.outcome !== 'ok' || this.#opened === undefined) return
    const { model } = record.det
    const recorded = modelsAt(this.#opened.det, record.seq).find(({ id }) => id === model)
    if (recorded?.inputNanoUsd === null || recorded?.outputNanoUsd === null) this.costKnown = false
  }
}
