import {
  type Det,
  isWritError,
  type Label,
  label,
  type Obs,
  type RecordedDecision,
  type RecordKind,
  type RunRecord,
} from '@writ/contract'
import { hex } from './encoding.ts'
import { leafHash, rootOf } from './merkle.ts'
import { type AnyRecord, encodeRecord } from './record.ts'
import { PACE_MS, sampleRecords } from './sample-run.fixture.ts'
import { Completeness } from './verify-completeness.ts'

// The sample run altered and made consistent again, as a keeper would who signs whatever it says.

export const records: readonly AnyRecord[] = sampleRecords()

export function judge(altered: readonly AnyRecord[]): string {
  try {
    const completeness = new Completeness()
    for (const [i, record] of altered.entries()) {
      completeness.accept(record, leafHash(encodeRecord(record)), i === altered.length - 1)
    }
    return completeness.summary()
  } catch (error) {
    if (isWritError(error)) return `${String(error.data.code)} ${String(error.data.at)}`
    throw error
  }
}

type Found<K extends RecordKind> = RunRecord<K> & { kind: K }

export function find<K extends RecordKind>(kind: K, lane = '0', skip = 0): Found<K> {
  const found = records.filter((record) => record.kind === kind && record.lane === lane)[skip]
  if (found === undefined) throw new Error(`no ${kind} in ${lane}`)
  return found as unknown as Found<K>
}

export const OPEN: Found<'run.open'> = find('run.open')
export const TURN: Found<'model.call'> = find('model.call')
export const CALL: Found<'model.call'> = find('model.call', '0', 1)
export const RESULT: Found<'model.result'> = find('model.result', '0', 2) // that of the first batch
export const RETRY: Found<'model.attempt'> = find('model.attempt')
export const SPAWN: Found<'frame.spawn'> = find('frame.spawn')
export const JOIN: Found<'frame.join'> = find('frame.join')
export const CHILD_READ: Found<'context.read'> = find('context.read', '0.0')
export const CHILD_CALL: Found<'model.call'> = find('model.call', '0.0')
export const CHILD_RESULT: Found<'model.result'> = find('model.result', '0.0')
export const READ: Found<'context.read'> = find('context.read')
export const RELEASE: Found<'output.release'> = find('output.release')
export const CLOSE: Found<'run.close'> = find('run.close')

export type Change<K extends RecordKind> = {
  det?: Partial<Det[K]>
  obs?: Partial<Obs[K]>
  n?: number
  lane?: string
}

/** The run with one record changed. */
export function change<K extends RecordKind>(target: RunRecord<K>, to: Change<K>): readonly AnyRecord[] {
  return records.map((record) =>
    record.seq === target.seq
      ? ({
          ...record,
          ...to,
          det: { ...record.det, ...to.det },
          obs: { ...record.obs, ...to.obs },
        } as AnyRecord)
      : record,
  )
}

/** Numbers records anew, at the pace of the run, with all that follows from it. */
export function consistent(altered: readonly AnyRecord[]): readonly AnyRecord[] {
  const began = altered[0]?.obs.at ?? 0
  return renumbered(
    altered.map((record, i) => ({ ...record, obs: { ...record.obs, at: began + i * PACE_MS } }) as AnyRecord),
  )
}

/** Numbers records anew, with the commands they name, child roots and the counts of the close. */
export function renumbered(altered: readonly AnyRecord[]): readonly AnyRecord[] {
  const seqs = new Map(altered.map((record, i) => [record.seq, i]))
  const numbered = altered.map((record, seq) => {
    const obs =
      'command' in record.obs ? { ...record.obs, command: seqs.get(record.obs.command) ?? 0 } : record.obs
    return { ...record, seq, obs } as AnyRecord
  })
  return numbered.map((record) => {
    if (record.kind === 'frame.join') {
      const own = numbered
        .slice(0, record.seq)
        .filter(({ lane }) => lane === record.det.child)
        .map((item) => encodeRecord(item))
      return { ...record, obs: { ...record.obs, childRoot: hex(rootOf(own)), childRecords: own.length } }
    }
    if (record.kind === 'local' && record.det.budget !== null) {
      const steps = OPEN.det.limits.frameSteps - record.n - 1
      return { ...record, det: { ...record.det, budget: { ...record.det.budget, steps } } }
    }
    if (record.kind !== 'run.close') return record
    const steps = new Set(numbered.map(({ lane, n }) => `${lane}/${n}`)).size
    return { ...record, det: { ...record.det, steps } }
  })
}

export const without = (...dropped: readonly { seq: number }[]): readonly AnyRecord[] =>
  consistent(records.filter((record) => !dropped.some(({ seq }) => seq === record.seq)))

/** Moves a record to stand right after another. */
export function moved(target: { seq: number }, after: { seq: number }): readonly AnyRecord[] {
  const rest = records.filter(({ seq }) => seq !== target.seq)
  return consistent(
    rest.flatMap((record) =>
      record.seq === after.seq ? [record, ...records.filter(({ seq }) => seq === target.seq)] : [record],
    ),
  )
}

export function inserted(after: { seq: number }, added: object): readonly AnyRecord[] {
  const extra = { ...added, seq: 1000 } as AnyRecord
  return consistent(records.flatMap((record) => (record.seq === after.seq ? [record, extra] : [record])))
}

export function aborted(from: number): readonly AnyRecord[] {
  const head = records.slice(0, from)
  const n = new Set(head.filter(({ lane }) => lane === '0').map((record) => record.n)).size
  return [...head, stopped(from, n)]
}

/** The end of a run that nobody goes on with. */
export function stopped(seq: number, n: number): AnyRecord {
  const obs = { at: CLOSE.obs.at, message: 'stopped' }
  return { ...CLOSE, seq, n, kind: 'run.abort', det: { code: 'INTERRUPTED' }, obs }
}

/** Where a verdict points. */
export const at = (target: { seq: number }, pointer = ''): string => `records.ndjson#/${target.seq}${pointer}`
export const HIGHER: Label = label('restricted', ['PII'], true)
export const RULED: RecordedDecision = RELEASE.det.decision ?? CALL.det.decision
export const LAST_TURN: Found<'model.call'> = find('model.call', '0', 3)
export const QUESTION: Label = label('internal')
export const DENIED: RecordedDecision = { ...CALL.det.decision, verdict: 'deny' }
