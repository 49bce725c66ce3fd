import { RECORDS } from './evidence-layout.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/** Where a record is in its run. */
interface RecordPosition {
  /** Its number, counted from 0. */
  readonly place: number
  readonly isLast: boolean
  /** The record that released the answer before it; null while none did. */
  readonly releasedAt: number | null
}

/** The first record opens the run, the last one ends it, both of the root, and nothing but the end follows the release. */
export function checkEnds(record: AnyRecord, { place, isLast, releasedAt }: RecordPosition): void {
  const at = `${RECORDS}#/${place}`
  if ((record.kind === 'run.open') !== (place === 0)) {
    refuse('NOT_OPENED', `Record ${place} opens the run a second time.`, at)
  }
  const ends = record.kind === 'run.close' || record.kind === 'run.abort'
  if (ends !== isLast) {
    refuse('NOT_CLOSED', ends ? `Records follow the end at ${place}.` : 'The last record ends no run.', at)
  }
  if (!ends && releasedAt !== null) {
    refuse(
      'RELEASE_MISPLACED',
      `Record ${place} follows the release at ${releasedAt}.`,
      `${RECORDS}#/${releasedAt}`,
    )
  }
  if ((ends || place === 0) && record.lane !== '0') {
    refuse(ends ? 'NOT_CLOSED' : 'NOT_OPENED', `${record.kind} is of lane ${record.lane}.`, `${at}/lane`)
  }
}
