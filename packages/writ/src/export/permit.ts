import { type RecordedDecision, WritError } from '@writ/contract'
import type { Contents } from '@writ/evidence'
import { openRecordedBundle } from '../policy/index.ts'
import { decideExport } from '../verify/decide-export.ts'
import { bundleOf, recordsOf } from '../verify/verify-file.ts'

/**
 * Asks the bundle a run was pinned to whether everything it holds may leave. Rejects with `POLICY_DENIED`.
 */
export async function permitExport(contents: Contents): Promise<RecordedDecision> {
  const point = await openRecordedBundle(bundleOf(contents), await userOf(contents))
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

/** Whoever the run was made for, as the operating system named them. */
async function userOf(contents: Contents): Promise<string> {
  for await (const record of recordsOf(contents)) return record.kind === 'run.open' ? record.det.osUser : ''
  return ''
}
