import { type ModelProfile, type Tuning, tuningOf, USUAL_TUNING } from '@writ/contract'
import type { RunState } from './run-state.ts'

/** Room for the line about the ceiling of a profile, and for longer numbers than the usual ones. */
const PROFILE_LINE_BYTES = 256
/** What marks each hint as a line of its own. */
const HINT_MARK_BYTES = 3

/** Bytes of the fixed part of the prompt of a frame: what a last turn holds back besides the goal. */
export function promptBytes({ ports, profiles }: RunState, { id }: ModelProfile): number {
  return ports.reasoner.promptBytes + profileBytes(tuningOf(profiles, id))
}

/** What a profile may add to a prompt; nothing where it is the usual one. */
function profileBytes(tuning: Tuning): number {
  if (tuning === USUAL_TUNING) return 0
  return tuning.hints.reduce(
    (sum, hint) => sum + Buffer.byteLength(hint) + HINT_MARK_BYTES,
    PROFILE_LINE_BYTES,
  )
}
