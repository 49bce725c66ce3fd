import type { Attributes } from '@opentelemetry/api'
import { type Amount, formatLabel, type RecordedDecision } from '@writ/contract'

/** An event of a span for each decision that was not `allow`. */
export function refusalEvents(
  decisions: readonly (RecordedDecision | null)[],
  at: number,
): { name: string; at: number; attributes: Attributes }[] {
  return decisions
    .filter((decision) => decision !== null)
    .filter(({ verdict }) => verdict !== 'allow')
    .map((decision) => ({ name: 'writ.refused', at, attributes: decisionAttributes(decision) }))
}

export function decisionAttributes(decision: RecordedDecision | null): Attributes {
  if (decision === null) return {}
  const { action, resource, verdict, policies, reason, taint } = decision
  return {
    'writ.action': action,
    'writ.resource': resource,
    'writ.verdict': verdict,
    'writ.policies': [...policies],
    'writ.reason': reason,
    'writ.taint': formatLabel(taint),
  }
}

/** What was charged against the limits. */
export function usageAttributes({ calls, inputTokens, outputTokens, costMicroUsd }: Amount): Attributes {
  return {
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    'writ.model_calls': calls,
    'writ.cost_micro_usd': costMicroUsd,
  }
}
