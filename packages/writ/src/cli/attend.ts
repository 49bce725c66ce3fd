import type { RunEvent } from '@writ/contract'
import { boundNewObjects } from './bound-new-objects.ts'
import { homeOption } from './home.ts'
import { onInterrupt } from './interrupt.ts'
import { chooseWatch, type WatchFlags } from './watch.ts'

/** What a command hands to a run so that somebody can watch and interrupt it. */
export interface Attendance {
  readonly suspend: AbortSignal
  readonly onEvent: (event: RunEvent) => void
  /** Does something on the terminal that is not about the run; the run is not shown meanwhile. */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>
  /** Stops showing the run. */
  unwatch(): void
  /** Stops showing and listening. */
  end(): void
}

/** Watches a run and listens for Ctrl-C; `run` is the one that goes on, where there is one already. */
export function attend(flags: WatchFlags, run?: string): Attendance {
  const watch = chooseWatch(flags)
  let known = run
  const interrupt = onInterrupt({
    stopping: () => watch.notice('Stopping at the next step. Ctrl-C again leaves at once.'),
    leaving: () => {
      watch.stop()
      process.stderr.write(leftOpen(known, flags))
    },
  })
  return {
    suspend: interrupt.signal,
    onEvent: (event) => {
      if (event.type === 'run.open') known = event.run
      boundNewObjects(event)
      watch.onEvent(event)
    },
    aside: async (work) => {
      const goOn = watch.pause()
      try {
        return await work()
      } finally {
        goOn()
      }
    },
    unwatch: () => watch.stop(),
    end: () => {
      watch.stop()
      interrupt.stop()
    },
  }
}

function leftOpen(run: string | undefined, flags: WatchFlags): string {
  return run === undefined
    ? 'writ: Interrupted before the run began: there is none to resume.\n'
    : `writ: The run ${run} stays open; what it did is kept.\nGo on with \`writ resume ${run}${homeOption(flags)}\`.\n`
}
