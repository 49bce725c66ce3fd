import { existsSync } from 'node:fs'
import { type TrustRoot, type Witnesses, WritError } from '@writ/contract'
import type { WritOptions } from '../files/options.ts'
import { loadTrustRoot, trustPath } from '../ledger/index.ts'
import { openWitnesses } from '../transparency/index.ts'

const NOBODY: TrustRoot = { schema: 'writ.trust/1', keys: [] }

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
  const stranger = urls.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
  if (stranger !== undefined)
    throw new WritError('USAGE', `The address of a witness, "${stranger}", is no http or https URL.`)
  const path = trustPath(home)
  // A home that is not there yet has pinned no witness, and is not made to say so.
  const trust = existsSync(path) ? await loadTrustRoot(path) : NOBODY
  const quorum = witnessQuorum ?? urls.length
  return { witnesses: openWitnesses({ urls, quorum, trust, timeoutMs: witnessTimeoutMs }) }
}
