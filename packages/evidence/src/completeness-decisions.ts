import type { Action, RecordedDecision } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import { refuse } from './verdict.ts'

/** A decision was taken for the depth of the frame that asked. */
export function checkDepth(lane: Lane, decision: RecordedDecision, at: string): void {
  if (decision.depth === lane.depth) return
  refuse(
    'DEPTH_MISMATCH',
    `A decision for lane ${lane.name} was taken for depth ${decision.depth}, not ${lane.depth}.`,
    `${at}/det`,
  )
}

/** A decision is about its step: its action and its resource, or a resource of a type when `resource` ends in `:`. */
export function checkSubject(decision: RecordedDecision, action: Action, resource: string, at: string): void {
  const named = resource.endsWith(':')
    ? decision.resource.startsWith(resource)
    : decision.resource === resource
  if (decision.action === action && named) return
  refuse(
    'WRONG_DECISION',
    `The decision is about ${decision.action} on ${decision.resource}, the step is ${action} on ${resource}.`,
    `${at}/det/decision`,
  )
}

/** A step that happened was allowed. */
export function checkAllowed(lane: Lane, decision: RecordedDecision | null, at: string): void {
  if (decision?.verdict === 'allow') return
  const verdict = decision === null ? 'no decision' : `the verdict ${decision.verdict}`
  refuse('NOT_ALLOWED', `A step of lane ${lane.name} happened with ${verdict}.`, `${at}/det/decision`)
}
