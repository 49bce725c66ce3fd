import { WritError } from '@writ/contract'
import type { RunRequest } from './run-request.ts'

/** Ends a run at its time limit, of which some may be gone; undefined for a run without one. */
export function startTimer(request: RunRequest, halted: AbortController): NodeJS.Timeout | undefined {
  const { timeoutMs } = request.limits
  if (timeoutMs === null) return undefined
  const error = new WritError('TIMED_OUT', `The run reached its time limit of ${timeoutMs / 1000} s.`, {
    data: { timeoutMs },
  })
  return setTimeout(() => halted.abort(error), Math.max(0, timeoutMs - request.elapsedMs))
}
