import { userInfo } from 'node:os'
import { readChecks, VOTER } from '@writ/contract'
import type { RunOptions } from '../files/options.ts'
import type { Authority } from '../kernel/index.ts'
import type { PolicyPoint } from '../policy/index.ts'

/** Who a question is asked for and by what, as the bundle knows them. Rejects with `UNKNOWN_USER` and `UNKNOWN_PURPOSE`. */
export function authorise(
  policy: PolicyPoint,
  asked: Pick<RunOptions, 'principal' | 'purpose' | 'verify'>,
): Authority {
  const { checks } = readChecks(asked.verify ?? [])
  const purpose = asked.purpose ?? policy.defaultPurpose
  return {
    user: policy.user(asked.principal ?? userInfo().username, purpose),
    purpose,
    orchestrator: policy.profile('orchestrator'),
    worker: policy.profile('worker'),
    ...(checks.includes('claims') ? { verifier: policy.profile('verifier') } : {}),
    ...(checks.includes('votes') ? { voter: policy.profile(VOTER) } : {}),
    sink: policy.sink('terminal'),
  }
}
