import {
  askedInWords,
  type Denial,
  type RecordedDecision,
  type RecordedPartition,
  reasonInWords,
} from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'

/** A refusal in words. */
export interface RefusalInWords {
  readonly what: string
  readonly why: string
  readonly policies: readonly string[]
  readonly reason: string
  readonly count: number
}

/** Refusals that a record shows. What the ceiling refused beside it is named for the model it would have taken. */
export function refusalsIn(record: AnyRecord): readonly RecordedDecision[] {
  const decisions =
    record.kind === 'context.search' || record.kind === 'context.read'
      ? record.det.decisions
      : record.kind === 'model.call'
        ? [...(record.det.passed ?? []).map((passed) => passed.decision), record.det.decision]
        : record.kind === 'frame.spawn' || record.kind === 'output.release' || record.kind === 'memory.write'
          ? [record.det.decision]
          : []
  return decisions.filter((decision) => decision !== null).filter(({ verdict }) => verdict !== 'allow')
}

/** Equal refusals counted together, as an answer counts them. */
export function countRefusals(decisions: readonly RecordedDecision[]): readonly Denial[] {
  const counted = new Map<string, Denial>()
  for (const { action, resource, policies, reason } of decisions) {
    const key = JSON.stringify([action, resource, policies, reason])
    counted.set(key, { action, resource, policies, reason, count: (counted.get(key)?.count ?? 0) + 1 })
  }
  return [...counted.values()]
}

export function inWords(denial: Denial, partitions: readonly RecordedPartition[]): RefusalInWords {
  const { policies, reason, count } = denial
  const what = askedInWords(denial, partitions)
  return {
    what: what.charAt(0).toUpperCase() + what.slice(1),
    why: reasonInWords(reason),
    policies,
    reason,
    count,
  }
}
