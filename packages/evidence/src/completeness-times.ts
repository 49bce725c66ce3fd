import type { Attempt, Det } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/** Durations are rounded to whole milliseconds at both ends. */
const ROUNDING_MS = 2
/** How long a run may take to end once its time is up: as long as the longest cell that never looks at the clock. */
export const TIMEOUT_GRACE_MS = 30_000

/**
 * Times only grow: record by record, within a process and after a restart, where the clock goes on from the last record.
 * How long something took was measured by one process, so it lies between the record that began it and its own. What a
 * fork took over is recorded anew in less time than it took, so this is asked of a run's own records only.
 */
export class Times {
  #last = 0
  #busyMs = 0
  readonly #sharedRecords: number

  constructor({ fork }: Det['run.open']) {
    this.#sharedRecords = fork?.records ?? 0
  }

  accept(record: AnyRecord, { command, at }: RecordPlace<Lane>): void {
    const { at: now } = record.obs
    if (now < this.#last)
      refuse(
        'TIME_MISMATCH',
        `Record ${record.seq} is ${this.#last - now} ms before the one it follows.`,
        `${at}/obs/at`,
      )
    this.#last = now
    if (record.seq < this.#sharedRecords || record.kind === 'run.close') return
    const began = 'command' in record.obs ? command?.obs.at : undefined
    if (record.kind === 'model.item' && began !== undefined) checkAttempts(record.obs.detail, now - began, at)
    if (!('tookMs' in record.obs)) return
    if (began !== undefined && record.obs.tookMs > now - began + ROUNDING_MS)
      refuse(
        'TIME_MISMATCH',
        `It took ${record.obs.tookMs} ms and began ${now - began} ms before.`,
        `${at}/obs/tookMs`,
      )
    if (record.kind === 'model.result') checkAttempts(record.obs.detail, record.obs.tookMs, at)
  }

  /** The root waits for its turns and its cells one after another: the run took at least as long as they did. */
  busy(record: RecordOf<'model.result' | 'cell'>): void {
    if (record.seq >= this.#sharedRecords) this.#busyMs += Math.max(0, record.obs.tookMs - ROUNDING_MS)
  }

  /** The time a run took, which leaves out that between two processes, covers what the root waited for, within the limit. */
  close({ obs }: RecordOf<'run.close'>, { timeoutMs }: Det['run.open']['limits'], at: string): void {
    if (obs.tookMs + ROUNDING_MS < this.#busyMs)
      refuse(
        'TIME_MISMATCH',
        `The run took ${obs.tookMs} ms; turns and cells of its root took ${this.#busyMs} ms.`,
        `${at}/obs/tookMs`,
      )
    if (timeoutMs !== null && obs.tookMs > timeoutMs + TIMEOUT_GRACE_MS)
      refuse(
        'LIMIT_EXCEEDED',
        `The run took ${obs.tookMs} ms; its limit was ${timeoutMs} ms.`,
        `${at}/obs/tookMs`,
      )
  }
}

/** No attempt took longer than what it is part of. */
function checkAttempts(detail: readonly Attempt[], mostMs: number, at: string): void {
  const long = detail.findIndex(({ tookMs }) => tookMs > mostMs + ROUNDING_MS)
  if (long < 0) return
  refuse(
    'TIME_MISMATCH',
    `An attempt took longer than the ${mostMs} ms of its call.`,
    `${at}/obs/detail/${long}/tookMs`,
  )
}
