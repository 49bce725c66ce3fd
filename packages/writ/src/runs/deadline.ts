import { type Limits, WritError } from '@writ/contract'

/** The time a run may be prepared in. */
export interface Deadline {
  /** Aborted when the time limit passes while the run is being prepared, or when the caller gives up. */
  readonly signal: AbortSignal
  /** Aborted when the caller gives up, whatever reason they gave. */
  readonly interrupted: AbortSignal
  /** Ends the time limit: the kernel keeps it from here on. */
  clear(): void
  stop(): void
}

/** Starts the time limit of a run that was asked for `elapsedMs` ago. */
export function startDeadline(limits: Limits, elapsedMs: number, signal: AbortSignal | undefined): Deadline {
  const late = new AbortController()
  const interrupted = new AbortController()
  const interrupt = (): void => interrupted.abort(new WritError('INTERRUPTED', 'The run was interrupted.'))
  signal?.addEventListener('abort', interrupt, { once: true })
  if (signal?.aborted) interrupt()
  const { timeoutMs } = limits
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(
          () => {
            late.abort(
              new WritError('TIMED_OUT', `Preparing the run took longer than ${timeoutMs / 1000} s.`),
            )
          },
          Math.max(0, timeoutMs - elapsedMs),
        )
  return {
    signal: AbortSignal.any([late.signal, interrupted.signal]),
    interrupted: interrupted.signal,
    clear: () => clearTimeout(timer),
    stop: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    },
  }
}
