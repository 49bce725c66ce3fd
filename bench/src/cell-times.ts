import type { ScriptedRun } from './scripted-run.ts'

/** How long each cell of a run took, in ms, in their order. */
export function cellTimes({ events }: ScriptedRun): number[] {
  return events.flatMap((event) => (event.type === 'step' && event.kind === 'cell' ? [event.tookMs] : []))
}
