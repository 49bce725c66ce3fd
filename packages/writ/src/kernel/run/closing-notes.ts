import {
  type Answer,
  answerNotes,
  type ClosingNotes,
  defined,
  type KeptNotes,
  runsOfNotes,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'
import type { FrameNotes } from '../state/frame-notes.ts'
import type { RunState } from '../state/run-state.ts'
import { recordedNotes } from './given-notes.ts'

/** Name of the notes that a run leaves, beside its closing record. */
export const NOTES_KEPT = 'notes'

/** What a closing record says of notes, and those that are kept beside it. */
export interface ClosedNotes {
  /** Undefined where there is nothing to say. */
  readonly closing: ClosingNotes | undefined
  /** Canonical JSON of what later runs are given; null where they are given nothing. */
  readonly kept: string | null
  readonly answer: Answer
}

/**
 * What a run says and leaves of notes as it closes. Only a run that is complete and passed whatever checks it was asked for
 * leaves any, and of what its root saw only what cites.
 */
export function closeNotes(state: RunState, closing: StepId, answer: Answer, notes: FrameNotes): ClosedNotes {
  const { journal, tally, notes: given, authority } = state
  const passed = answer.status === 'complete' && (answer.checks ?? []).every(isPassed)
  const lasting = passed && given !== undefined ? notes.lasting : []
  const left: KeptNotes = { purpose: authority.purpose, notes: lasting }
  const kept = lasting.length === 0 ? null : canonicalJson(left)
  const declared = given === undefined ? undefined : recordedNotes(given, () => '')
  const runs = runsOfNotes(declared)
  const content = kept === null ? undefined : journal.commit(closing, 'run.close', NOTES_KEPT, kept)
  const said: ClosingNotes = {
    shown: tally.notes.size,
    runs: [...new Set([...tally.notes].flatMap((number) => runs[number] ?? []))].sort(),
    kept: lasting.length,
    ...defined({ content }),
  }
  const told = said.shown + said.kept > 0 ? said : undefined
  return { closing: told, kept, answer: { ...answer, ...defined({ notes: answerNotes(declared, told) }) } }
}

function isPassed({ outcome }: NonNullable<Answer['checks']>[number]): boolean {
  return outcome === 'passed'
}
