import type { Det } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** A child follows a script that the run names, and then nothing is held back for turns that it does not take. */
export function checkSpawnedScript(
  { det }: RecordOf<'frame.spawn'>,
  { scripts = [] }: Det['run.open'],
  at: string,
): void {
  const { script, bound, outcome } = det
  if (script === undefined) return
  if (!scripts.some(({ name, planHash }) => name === script.name && planHash === script.planHash))
    refuse('SCRIPT_DIFFERS', `The run names no script ${script.name} of that plan hash.`, `${at}/det/script`)
  if (outcome === 'ok' && bound.calls > 0)
    refuse('SCRIPT_DIFFERS', 'Turns are held back for a frame that follows a script.', `${at}/det/bound`)
}

/** A frame that follows a script takes no turns, and makes no more sub-calls than its text adds up to. */
export function checkScriptCall({ det }: RecordOf<'model.call'>, lane: Lane, at: string): void {
  const { script } = lane
  if (script === null || det.outcome !== 'ok') return
  if (det.role === 'turn')
    refuse('SCRIPT_DIFFERS', `Lane ${lane.name} follows a script and takes a turn.`, `${at}/det/role`)
  lane.asked += det.items
  if (script.calls === null || lane.asked <= script.calls) return
  refuse(
    'LIMIT_EXCEEDED',
    `Lane ${lane.name} makes ${lane.asked} sub-calls; its script adds up to ${script.calls}.`,
    at,
  )
}
