import {
  BOTTOM,
  type DecisionPoint,
  flowsTo,
  joinLabels,
  type Label,
  LEVELS,
  label,
  type RecordedDecision,
} from '@writ/contract'
import { type AnyRecord, refuse } from '@writ/evidence'

/** The sink that everything a run holds leaves through. */
const SINK = 'terminal'

/**
 * Whether everything a run holds may leave it: an `output::release` at the join of every label in its records, asked for
 * the run's own user and purpose of the bundle the run is pinned to. A partition that nobody touched left nothing in the run,
 * so it does not count; one that was touched is in its frame's label. The citations of what a run released were checked
 * then; a run that released nothing has discharged nothing. `atLeast`: a label to ask for where it covers that join.
 */
export async function decideExport(
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  point: DecisionPoint,
  atLeast: Label = BOTTOM,
): Promise<RecordedDecision> {
  let opened: AnyRecord | undefined
  let taint: Label = BOTTOM
  let released = false
  for await (const record of records) {
    opened ??= record
    taint = joinLabels(taint, labelWithin(held(record)))
    released ||= record.kind === 'output.release' && record.det.outcome === 'ok'
  }
  if (opened?.kind !== 'run.open')
    refuse('LINEAGE_NOT_DERIVED', 'The first record opens no run.', 'records.ndjson#/0')
  if (opened.det.bundle !== point.bundle.hash)
    refuse('BUNDLE_MISMATCH', 'The run is pinned to another bundle.', 'policy/')
  const { user, purpose } = opened.det
  const resource = point.sink(SINK)
  const asked = {
    action: 'output::release',
    taint: flowsTo(taint, atLeast) ? atLeast : taint,
    depth: 0,
    discharged: released ? ['validate:citations'] : [],
  } as const
  const profile = point.profile('orchestrator')
  const { verdict, policies, reason } = await point.decide({ ...asked, user, purpose, profile, resource })
  return { ...asked, resource: `sink:${SINK}`, verdict, policies, reason }
}

/** What a record says of the run, without what it might have read: partitions, and labels that were only weighed. */
function held({ kind, det }: AnyRecord): object {
  switch (kind) {
    case 'run.open':
      return { ...det, partitions: [] }
    case 'frame.spawn':
      return { ...det, ceiling: [] }
    case 'context.search':
    case 'context.read':
      return { ...det, decisions: det.decisions.filter(({ action }) => action !== 'model::call') }
    default:
      return det
  }
}

/** The join of every label anywhere in a value: a field that comes later is not forgotten. Records nest 32 deep at most. */
function labelWithin(value: unknown): Label {
  if (typeof value !== 'object' || value === null) return BOTTOM
  if (isLabel(value)) return label(value.level, value.categories, value.untrusted)
  return Object.values(value).map(labelWithin).reduce(joinLabels, BOTTOM)
}

function isLabel(value: object): value is Label {
  return (
    'level' in value &&
    LEVELS.some((level) => level === value.level) &&
    'categories' in value &&
    Array.isArray(value.categories) &&
    'untrusted' in value &&
    typeof value.untrusted === 'boolean'
  )
}
