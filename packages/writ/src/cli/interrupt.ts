import { WritError } from '@writ/contract'

/** Ctrl-C once ends the run at the next step; twice ends the process. */
export function onInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const listen = (): void => {
    if (controller.signal.aborted) process.exit(130)
    process.stderr.write('writ: stopping at the next step; press Ctrl-C again to abort.\n')
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
