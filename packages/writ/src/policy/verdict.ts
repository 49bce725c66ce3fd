import type { Decision } from '@writ/contract'
import type { Discharge } from './cedar-request.ts'
import type { Evaluation } from './evaluation.ts'
import { isRemediable, type Rule, type Rules } from './rule.ts'

/** Asks the question as it is, or with something assumed to be discharged. */
export type Evaluate = (discharge?: Discharge) => Promise<Evaluation>

type Named = readonly [id: string, rule: Rule]

/** What an approval still missing looks like among the obligations of a pending decision: `approval:<role>`. */
const APPROVAL = 'approval:'

/**
 * From Cedar's answer to a decision. Only an allow without any evaluation error allows. A deny whose every determining
 * forbid can be lifted is `pending` when lifting them would allow. Rejects when the engine fails or talks nonsense.
 */
export async function reachVerdict(evaluate: Evaluate, rules: Rules): Promise<Decision> {
  const answer = await evaluate()
  if (answer.type === 'invalid') return deny('invalid-request', [])
  if (answer.erring.length > 0) return deny('evaluation-error', answer.erring)
  const determining = namedRules(answer.determining, rules)
  if (answer.decision === 'allow') return allow(determining)
  const [first] = determining
  if (first === undefined) return deny('no-permit', [])
  const halt = determining.some(([, rule]) => rule.halt)
  if (!determining.every(([, rule]) => isRemediable(rule)))
    return deny(reasonOf(first), ids(determining), halt)
  const lifted = await evaluate(dischargeOf(determining))
  if (!isCleanAllow(lifted)) return deny('forbidden-even-if-discharged', ids(determining), halt)
  return decision({
    verdict: 'pending',
    policies: ids(determining),
    reason: reasonOf(first),
    halt,
    obligations: stillOwed(determining),
  })
}

/** A deny with the given reason. */
export function deny(reason: string, policies: readonly string[], halt = false): Decision {
  return decision({ verdict: 'deny', policies: policies.toSorted(), reason, halt, obligations: [] })
}

function allow(determining: readonly Named[]): Decision {
  if (determining.length === 0 || determining.some(([, rule]) => rule.effect !== 'permit')) {
    throw new Error('the policy engine allowed without a permit')
  }
  return decision({
    verdict: 'allow',
    policies: ids(determining),
    reason: 'permitted',
    halt: false,
    obligations: [],
  })
}

// Decisions are cached and handed to many callers: none of them may change what the next one gets.
function decision(value: Decision): Decision {
  Object.freeze(value.policies)
  Object.freeze(value.obligations)
  return Object.freeze(value)
}

function namedRules(policies: readonly string[], rules: Rules): readonly Named[] {
  return policies.toSorted().map((id) => {
    const rule = rules.get(id)
    if (rule === undefined) throw new Error(`the policy engine named a policy it does not have: ${id}`)
    return [id, rule]
  })
}

function ids(named: readonly Named[]): readonly string[] {
  return named.map(([id]) => id)
}

function reasonOf([id, rule]: Named): string {
  return rule.reason ?? id
}

function dischargeOf(determining: readonly Named[]): Discharge {
  const rules = determining.map(([, rule]) => rule)
  const approvals = [...new Set(rules.flatMap((rule) => rule.approvals))].sort()
  return {
    obligations: [...new Set(rules.flatMap((rule) => rule.obligations))].sort(),
    approvals,
    distinctApprovers: Math.max(approvals.length, ...rules.map((rule) => rule.distinctApprovers)),
  }
}

function stillOwed(determining: readonly Named[]): readonly string[] {
  const { obligations, approvals } = dischargeOf(determining)
  return [...obligations, ...approvals.map((role) => `${APPROVAL}${role}`)].sort()
}

function isCleanAllow(answer: Evaluation): boolean {
  return answer.type === 'decided' && answer.decision === 'allow' && answer.erring.length === 0
}
