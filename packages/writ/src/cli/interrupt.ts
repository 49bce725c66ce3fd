import { WritError } from '@writ/contract'

/** Ctrl-C, or SIGTERM, once stops at the next step and leaves the run open for `writ resume`; twice ends the process at once. */
export function onInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const listen = (): void => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write('writ: stopping at the next step; press Ctrl-C again to leave at once.\n')
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
