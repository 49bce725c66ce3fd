import { type BudgetLeft, toWritError } from '@writ/contract'
import type { Place } from './journal.ts'
import type { Lane } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { type Past, pastAt } from './past.ts'
import { errorFrom, errorJson, noteLimit, outcomeOf, type RunState } from './run-state.ts'

/** A value given to a cell without a decision or an effect. */
export interface LocalValue<T> {
  readonly op: string
  readonly input: unknown
  /** Not called for a recorded step: the value comes from the record. */
  readonly make: () => Promise<T>
  /** Notes what was given. */
  readonly given?: (value: T) => void
  /** The numbers of a budget that was given, for the record. */
  readonly budget?: (value: T) => BudgetLeft
}

/** Gives a value and records it like any other step, so that a replay can give it again. */
export async function performValue<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalValue<T>,
  onFinal: OnFinal,
): Promise<T> {
  const { journal } = state
  const past = state.past && (await pastAt(state.past, place))
  const { op } = step
  const asked = JSON.stringify(step.input)
  const input = journal.commit(place, 'local', 'input', asked)
  const made = await (past === undefined
    ? step.make()
    : recall<T>(state, past, lane, place, { op, input })
  ).then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error: toWritError(error) }),
  )
  past?.signal.throwIfAborted()
  if (made.ok) step.given?.(made.value)
  const output = made.ok ? JSON.stringify(made.value) : errorJson(made.error)
  const written = journal.write(
    'local',
    place,
    {
      op,
      outcome: made.ok ? 'ok' : outcomeOf(made.error),
      code: made.ok ? null : made.error.code,
      input,
      output: journal.commit(place, 'local', 'output', output),
      label: lane.label,
      budget: made.ok ? (step.budget?.(made.value) ?? null) : null,
    },
    { at: journal.now() },
    { input: asked, output },
    'commit',
  )
  if (!made.ok) noteLimit(state, lane.label, written.seq, made.error)
  onFinal(written.seq)
  await written.durable
  if (!made.ok) throw made.error
  return made.value
}

async function recall<T>(
  state: RunState,
  past: Past,
  lane: Lane,
  place: Place,
  asked: { readonly op: string; readonly input: string },
): Promise<T> {
  const record = past.at(place, 'local')
  past.compare(record, asked)
  const output = await past.text(record, 'output')
  past.compare(record, { output: state.journal.commit(place, 'local', 'output', output) })
  await past.turn(record)
  lane.raise(record.det.label)
  if (record.det.outcome !== 'ok') throw errorFrom(output)
  return JSON.parse(output) as T
}
