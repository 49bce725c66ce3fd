import type { TransparencyLog } from './transparency-log.ts'

/** The witnesses an answer waits for. */
export interface Witnesses {
  /**
   * The newest checkpoint of the log with the cosignatures of at least the quorum (a signed note). Rejects with
   * `WITNESS_QUORUM` when too few answered in time, with `LOG_ROLLED_BACK` or `LOG_FORKED` when a witness has seen another
   * history of the log than this store tells.
   */
  cosign(log: TransparencyLog): Promise<Uint8Array>
}
