import { WritError } from '@writ/contract'

/** What whoever runs a command is told when it is interrupted. */
export interface Told {
  /** The first time: it stops at the next step. */
  readonly stopping?: () => void
  /** The second time, before the process ends at once. */
  readonly leaving?: () => void
}

/** Ctrl-C, or SIGTERM, once stops at the next step and leaves the run open for `writ resume`; twice ends the process at once. */
export function onInterrupt({ stopping, leaving }: Told = {}): {
  readonly signal: AbortSignal
  readonly stop: () => void
} {
  const controller = new AbortController()
  const listen = (): void => {
    if (controller.signal.aborted) {
      leaving?.()
      process.exit(130)
    }
    stopping?.()
    controller.abort(new WritError('INTERRUPTED', 'The run was interrupted.'))
  }
  process.on('SIGINT', listen)
  process.on('SIGTERM', listen)
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', listen)
      process.off('SIGTERM', listen)
    },
  }
}
