import { join } from 'node:path'
import type { Witnesses } from '@writ/contract'
import { loadTrustRoot } from './ledger/index.ts'
import type { WritOptions } from './options.ts'
import { openWitnesses } from './transparency/index.ts'

/** How long witnesses may take to answer. */
const TIMEOUT_MS = 10_000

/** The witnesses of a Writ, as a port of the kernel; none unless they were asked for. Rejects with `USAGE`. */
export async function openQuorum(
  home: string,
  {
    witnesses: urls = [],
    witnessQuorum,
    witnessTimeoutMs = TIMEOUT_MS,
  }: Pick<WritOptions, 'witnesses' | 'witnessQuorum' | 'witnessTimeoutMs'>,
): Promise<{ readonly witnesses?: Witnesses }> {
  if (urls.length === 0 && (witnessQuorum ?? 0) === 0) return {}
  const trust = await loadTrustRoot(join(home, 'trust.json'))
  const quorum = witnessQuorum ?? urls.length
  return { witnesses: openWitnesses({ urls, quorum, trust, timeoutMs: witnessTimeoutMs }) }
}
