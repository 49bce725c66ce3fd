import type { Det } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'
import { modelsAt } from './fork.ts'
import { refuse } from './verdict.ts'

/** The strategy was chosen for the corpus and the model the run opened with, and holds back one turn or none. */
export function checkStrategy(
  { seq, det }: RecordOf<'strategy.chosen'>,
  lane: Lane,
  run: Det['run.open'],
  at: string,
): void {
  const bytes = run.partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  const window = modelsAt(run, seq)[0]?.contextWindow
  if (det.contextBytes !== bytes)
    refuse(
      'OPENING_DIFFERS',
      `The run opened with ${bytes} bytes, not ${det.contextBytes}.`,
      `${at}/det/contextBytes`,
    )
  if (det.contextWindow !== window)
    refuse(
      'OPENING_DIFFERS',
      `The root's model has a window of ${window} tokens, not ${det.contextWindow}.`,
      `${at}/det/contextWindow`,
    )
  if ((det.strategy === 'script') !== (run.script !== undefined))
    refuse(
      'OPENING_DIFFERS',
      `The run opened ${run.script === undefined ? 'without' : 'with'} a script; its strategy is ${det.strategy}.`,
      `${at}/det/strategy`,
    )
  lane.heldTurn = { calls: det.held.calls, outputTokens: det.held.outputTokens, seq }
}

/** What is held back for turns is what a turn takes: of the root one, of a child two. */
export function checkHeld(
  { seq, det }: RecordOf<'model.call'>,
  lane: Lane,
  { fork }: Det['run.open'],
  at: string,
): void {
  const { heldTurn } = lane
  // It is held back for the first model of the list.
  if (det.passed !== undefined || det.instead !== undefined) return
  if (det.role !== 'turn' || heldTurn === null || heldTurn.calls === 0) return
  // From a fork on the frame may have another model.
  const shared = fork?.records ?? 0
  if (seq < shared !== heldTurn.seq < shared) return
  if (heldTurn.calls === 1 && heldTurn.outputTokens === det.maxOutputTokens) return
  refuse(
    'SPENDING_MISMATCH',
    `A turn may take ${det.maxOutputTokens} output tokens; ${heldTurn.outputTokens} were held back for ${heldTurn.calls}.`,
    `${at}/det/maxOutputTokens`,
  )
}

/** A root that works in cells held back its last turn, unless it follows a script and takes none. */
export function checkCelled(lane: Lane, { script }: Det['run.open'], at: string): void {
  if (script !== undefined) return
  if (lane.heldTurn !== null && lane.heldTurn.calls > 0) return
  refuse('SPENDING_MISMATCH', `Lane ${lane.name} runs a cell, and no last turn was held back for it.`, at)
}
