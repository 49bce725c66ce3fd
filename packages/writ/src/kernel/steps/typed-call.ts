import { type ItemOutcome, type Message, type Reasoner, toWritError, WritError } from '@writ/contract'
import { type CheckedSchema, inWords, valueIn } from '../../schema/index.ts'
import { requirePrompt } from '../basis/turn-bounds.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { performHostValue } from './host-value.ts'
import { type CallSteps, performCall, recordUnused, refusesJsonMode } from './model-fallback.ts'
import type { ModelCall } from './model-request.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** The two calls of a typed call: it is asked, then what came back is checked. */
export interface TypedSteps {
  readonly first: CallSteps
  /** Given when the call is asked for, since nobody knows yet whether it becomes a second call. */
  readonly check: CallSteps
}

/** An item that was read: its value, or why there is none that fits. */
interface ReadItem {
  readonly outcome: ItemOutcome<string>
  /** What is said besides when it is asked again; null where it is not. */
  readonly again: readonly Message[] | null
}

/**
 * A model call whose answers must fit schemas, null for an item that may be any text. INVARIANT: its second step is a call
 * like any other for the items that did not fit, or else the record that all of them did.
 */
export async function performTypedCall(
  state: RunState,
  lane: FrameState,
  { first, check }: TypedSteps,
  call: Omit<ModelCall, 'models'>,
  schemas: readonly (CheckedSchema | null)[],
  onFinal: OnFinal,
): Promise<Outcomes> {
  const replies = await performCall(state, lane, first, call, nowhere).catch(
    async (error: unknown) => await recordCheck(state, lane, check, schemas, error, onFinal),
  )
  const { reasoner } = state.ports
  const items = replies.map((reply, at) =>
    withinLimits(
      lane,
      call.conversations[at] ?? [],
      readItem(reasoner, reply, schemas[at] ?? null, call.json?.has(at)),
    ),
  )
  const again = items.flatMap((item, at) => (item.again === null ? [] : [at]))
  if (again.length === 0) {
    await recordCheck(state, lane, check, schemas, null, onFinal)
    return items.map(({ outcome }) => outcome)
  }
  const conversations = again.map((at) => [...(call.conversations[at] ?? []), ...(items[at]?.again ?? [])])
  // Only an item that was answered shows that the server takes the JSON mode.
  const json = new Set(again.flatMap((at, index) => (replies[at]?.ok && call.json?.has(at) ? [index] : [])))
  const input = { again, of: call.input }
  const second = { ...call, conversations, json, input, merged: 0 }
  const answers = await performCall(state, lane, check, second, onFinal).catch(
    (error: unknown): Outcomes => again.map(() => ({ ok: false, error: toWritError(error) })),
  )
  const anew = new Map(again.map((at, index) => [at, answers[index]]))
  return items.map(({ outcome }, at) => {
    const answer = anew.get(at)
    return answer === undefined ? outcome : readItem(reasoner, answer, schemas[at] ?? null).outcome
  })
}

/** An item that could only be asked again with a prompt that may not be sent is not asked again. */
function withinLimits({ share }: FrameState, asked: readonly Message[], item: ReadItem): ReadItem {
  if (item.again === null) return item
  try {
    requirePrompt(share.limits, [...asked, ...item.again])
    return item
  } catch {
    return { ...item, again: null }
  }
}

/** Records that there is nothing to ask again, or that the call was refused. Throws its error. */
async function recordCheck(
  state: RunState,
  lane: FrameState,
  { first: id, others }: CallSteps,
  schemas: readonly (CheckedSchema | null)[],
  error: unknown,
  onFinal: OnFinal,
): Promise<never[]> {
  const distinct = [...new Set(schemas.flatMap((schema) => (schema === null ? [] : [schema.json])))]
  const input = {
    schemas: distinct,
    items: schemas.map((schema) => (schema === null ? null : distinct.indexOf(schema.json))),
  }
  const make = (): Promise<never[]> => (error === null ? Promise.resolve([]) : Promise.reject(error))
  const [checked] = await Promise.allSettled([
    performHostValue(state, lane, id, { op: 'schema', input, make }, others.length === 0 ? onFinal : nowhere),
  ])
  await recordUnused(state, lane, others, onFinal)
  if (checked.status === 'rejected') throw checked.reason
  return checked.value
}

/** The value of a reply as JSON text. */
function readItem(
  reasoner: Reasoner,
  reply: ItemOutcome<string>,
  schema: CheckedSchema | null,
  inJsonMode = false,
): ReadItem {
  if (!reply.ok) {
    return { outcome: reply, again: refusesJsonMode(reply, inJsonMode) ? [] : null }
  }
  if (schema === null) return { outcome: { ok: true, value: JSON.stringify(reply.value) }, again: null }
  try {
    const read = valueIn(reply.value)
    const why = read.ok ? inWords(schema.misfits(read.value)) : read.why
    if (read.ok && why === '')
      return { outcome: { ok: true, value: JSON.stringify(read.value) }, again: null }
    const error = new WritError('INVALID_REPLY', `The answer does not fit the schema: ${why}.`)
    return { outcome: { ok: false, error }, again: reasoner.askAgain(reply.value, why) }
  } catch (error) {
    return { outcome: { ok: false, error: toWritError(error) }, again: null }
  }
}

function nowhere(): void {
  // The reply waits for the check.
}
