import { type Amount, type Det, totalTokens, withinLimits } from '@writ/contract'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

// What the records of a run add up to, held against its limits and against what its close says.

/** What was charged stays within the limits of the run. */
export function checkSpent(amount: Amount, limits: Det['run.open']['limits'], at: string): void {
  if (withinLimits(amount, limits)) return
  const { calls, costMicroUsd } = amount
  refuse(
    'LIMIT_EXCEEDED',
    `${calls} calls, ${totalTokens(amount)} tokens and ${costMicroUsd} micro-USD exceed the run's limits.`,
    at,
  )
}

/** The close charges what the results charge together. */
export function checkCharged({ det }: RecordOf<'run.close'>, charged: Amount, at: string): void {
  for (const key of ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
    const sum = charged[key]
    if (det.charged[key] === sum) continue
    refuse(
      'SPENDING_MISMATCH',
      `The results charge ${sum} ${key}; the close says ${det.charged[key]}.`,
      `${at}/det/charged/${key}`,
    )
  }
}

/** The close counts what the records count. */
export function checkCounts(
  { det }: RecordOf<'run.close'>,
  counted: Readonly<Record<'frames' | 'maxDepth' | 'steps', number>>,
  at: string,
): void {
  for (const key of ['frames', 'maxDepth', 'steps'] as const) {
    if (det[key] === counted[key]) continue
    refuse(
      'COUNT_MISMATCH',
      `The records have ${key} ${counted[key]}; the close says ${det[key]}.`,
      `${at}/det/${key}`,
    )
  }
}
