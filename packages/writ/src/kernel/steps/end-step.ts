import type { WritError } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import type { Written } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import { noteLimit, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'

/** What a step that has no effect outside came to. */
interface Came {
  readonly kind: 'local' | 'memory.write'
  readonly op: string
  readonly error: WritError | null
}

/** Ends a step that has no effect outside, once its record is written: a limit is noted, and whoever watches is told. */
export async function endStep(
  state: RunState,
  lane: FrameState,
  id: StepId,
  { kind, op, error }: Came,
  written: Written,
  onFinal: OnFinal,
): Promise<void> {
  if (error !== null) noteLimit(state, lane.label, written.seq, error)
  onFinal(written.seq)
  await written.durable
  state.ports.onEvent({
    type: 'step',
    lane: lane.id,
    n: id.n,
    kind,
    op,
    outcome: error === null ? 'ok' : outcomeOf(error),
    detail: error === null ? '' : showable(state, lane.label, error.message, error.code),
    tookMs: 0,
    gateMs: 0,
  })
}
