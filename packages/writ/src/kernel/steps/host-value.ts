import { type BudgetLeft, type ItemOutcome, toWritError } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, outcomeOf, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { endStep } from './end-step.ts'
import { observe } from './observe.ts'

/** A value given to a cell without a decision or an effect. */
export interface HostValue<T> {
  readonly op: string
  readonly input: unknown
  /** Not called for a recorded step, whose value comes from the record, unless `again` says so. */
  readonly make: () => Promise<T>
  /** Whether a value that was recorded is made again, since nothing from outside is in it; never by default. */
  readonly again?: (recorded: T) => boolean
  /** Notes what was given. */
  readonly given?: (value: T) => void
  /** The numbers of a budget that was given, for the record. */
  readonly budget?: (value: T) => BudgetLeft
}

/** Gives a value and records it like any other step, so that a replay can give it again. */
export async function performHostValue<T>(
  state: RunState,
  lane: FrameState,
  id: StepId,
  step: HostValue<T>,
  onFinal: OnFinal,
): Promise<T> {
  const { journal } = state
  const { op } = step
  const asked = JSON.stringify(step.input)
  const input = journal.commit(id, 'local', 'input', asked)
  const made = await observe<'local', ItemOutcome<T>>(journal, {
    kind: 'local',
    id,
    asked: () => ({ op, input }),
    kept: () => ({
      name: 'output',
      binds: (text) => ({ output: journal.commit(id, 'local', 'output', text) }),
    }),
    perform: () =>
      step.make().then(
        (value) => ({ ok: true, value }),
        (error: unknown) => ({ ok: false, error: toWritError(error) }),
      ),
    recall: async ({ det }, output) => {
      lane.raise(det.label)
      if (det.outcome !== 'ok') return { ok: false, error: errorFrom(output) }
      const value = JSON.parse(output) as T
      return { ok: true, value: step.again?.(value) === true ? await step.make() : value }
    },
  })
  if (made.ok) step.given?.(made.value)
  const output = made.ok ? JSON.stringify(made.value) : errorJson(made.error)
  const written = journal.write({
    kind: 'local',
    id,
    det: {
      op,
      outcome: made.ok ? 'ok' : outcomeOf(made.error),
      code: made.ok ? null : made.error.code,
      input,
      output: journal.commit(id, 'local', 'output', output),
      label: lane.label,
      budget: made.ok ? (step.budget?.(made.value) ?? null) : null,
    },
    obs: { at: journal.now() },
    payloads: { input: asked, output },
    durability: 'commit',
  })
  const error = made.ok ? null : made.error
  await endStep(state, lane, id, { kind: 'local', op, error }, written, onFinal)
  if (!made.ok) throw made.error
  return made.value
}
