import type { ErrorCode } from './errors.ts'

/** How a cell or a step ended. One enum for both. */
export const OUTCOMES = [
  'ok',
  'error',
  'denied',
  'limit',
  'timeout',
  'cancelled',
  'imposed',
  'in-doubt',
] as const

export type Outcome = (typeof OUTCOMES)[number]

const BY_CODE: Partial<Record<ErrorCode, Outcome>> = {
  POLICY_DENIED: 'denied',
  BUDGET_EXCEEDED: 'limit',
  DEPTH_EXCEEDED: 'limit',
  TIMED_OUT: 'timeout',
  MODEL_TIMEOUT: 'timeout',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'cancelled',
}

/** How a step that ended with an error of this code is recorded. */
export function outcomeOfCode(code: string): Outcome {
  return BY_CODE[code as ErrorCode] ?? 'error'
}
