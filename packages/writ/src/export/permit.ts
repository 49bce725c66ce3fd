import { type RecordedDecision, WritError } from '@writ/contract'
import type { AnyRecord, Contents } from '@writ/evidence'
import { openRecordedBundle } from '../policy/index.ts'
import { decideExport } from '../verify/decide-export.ts'
import { bundleOf } from '../verify/verify-file.ts'

/**
 * Asks the bundle a run was pinned to whether everything it holds may leave. Rejects with `POLICY_DENIED`.
 */
export async function permitExport(contents: Contents): Promise<RecordedDecision> {
  const [first] = await firstRecords(contents)
  const user = first?.kind === 'run.open' ? (first.det.osUser ?? first.det.user.id) : ''
  const point = await openRecordedBundle(bundleOf(contents), user)
  try {
    const decision = await decideExport(recordsOf(contents), point)
    if (decision.verdict === 'allow') return decision
    const { action, resource, policies, reason } = decision
    const by = policies.length > 0 ? ` by ${policies.join(', ')}` : ''
    throw new WritError(
      'POLICY_DENIED',
      `Taking the payloads of the run out is denied${by} (${reason}): ${action} on ${resource}.`,
      { data: { action, resource, policies, reason } },
    )
  } finally {
    await point.close()
  }
}

async function firstRecords({ records }: Contents): Promise<readonly AnyRecord[]> {
  for await (const batch of records()) return batch.records
  return []
}

async function* recordsOf({ records }: Contents): AsyncIterable<AnyRecord> {
  for await (const batch of records()) yield* batch.records
}
