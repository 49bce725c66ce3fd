import {
  type Amount,
  type Attempt,
  type Det,
  type ItemOutcome,
  NOTHING,
  type Obs,
  type Outcome,
  type ReusedItems,
  type RunEvent,
  toWritError,
  WritError,
  whole,
} from '@writ/contract'
import { MAX_BEGUN } from '../basis/attempts.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RecordedItem } from '../journal/journal.ts'
import { errorFrom, errorJson, outcomeOf } from '../state/run-state.ts'
import type { ModelCall } from './model-request.ts'

// What came of the requests of one call, as it is stored and as it is taken back from there.

/** What the texts of reused answers are kept as, beside the command. */
export const REUSED = 'reused'

/** Requests of a call that are not sent: how they are recorded, and the texts that answer them, in order. */
export interface AnsweredBefore {
  readonly reused: readonly ReusedItems[]
  readonly texts: readonly string[]
}

/** What came of one request of a call. */
export interface Item {
  readonly outcome: ItemOutcome<string>
  readonly charged: Amount
}

/** An item with the attempts it took. */
export interface Sent extends Item {
  readonly attempts: readonly Attempt[]
}

/** What it took to bring a call's items back. */
export type Effort = Pick<Obs['model.result'], 'tookMs' | 'attempts' | 'detail'>

/** What came of the items of a call, for whoever watches. */
export function inShort(items: readonly Sent[], reusedCalls: number): string {
  const failed = items.filter((item) => !item.outcome.ok).length
  const retries = items.reduce((sum, item) => sum + Math.max(0, item.attempts.length - 1), 0)
  const bound = items.flatMap((item) => item.attempts).filter(({ chargedAs }) => chargedAs === 'bound')
  return [
    ...(items.length > 1 ? [`${items.length} requests`] : []),
    ...(reusedCalls > 0 ? [`${reusedCalls} answered before`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(retries > 0 ? [`${retries} retried`] : []),
    ...(bound.length > 0 ? [`${bound.length} charged the worst case`] : []),
  ].join(', ')
}

/** A call as whoever watches is told of it. */
export function callEvent(
  { lane, n }: StepId,
  op: ModelCall['role'],
  came: Pick<StepEvent, 'outcome' | 'detail' | 'tookMs' | 'gateMs'>,
): StepEvent {
  return { type: 'step', lane, n, kind: 'model.call', op, ...came }
}

type StepEvent = Extract<RunEvent, { readonly type: 'step' }>

/** What is stored of an item: its text, or its error. */
export function outputText(outcome: ItemOutcome<string>): string {
  return outcome.ok ? JSON.stringify({ text: outcome.value }) : errorJson(outcome.error)
}

/** Attempts, as many to a record as one request is begun at most: so many fit, whatever they say. */
export function* inRecords(
  attempts: readonly Attempt[],
): Iterable<Pick<Obs['model.usage'], 'first' | 'detail'>> {
  for (let first = 0; first < attempts.length; first += MAX_BEGUN)
    yield { first, detail: attempts.slice(first, first + MAX_BEGUN) }
}

/** How an item ended. */
export function endOf(outcome: ItemOutcome<string>): Pick<Det['model.item'], 'outcome' | 'code'> {
  return outcome.ok
    ? { outcome: 'ok', code: null }
    : { outcome: outcomeOf(outcome.error), code: outcome.error.code }
}

/** Whether items that are recorded name their requests: a batch does in the records of all its items, or of none. */
export function nameRequests(items: readonly RecordedItem[]): boolean {
  return items.every(({ det }) => det.input !== undefined)
}

/** How a call ended: one request as it did, several as `ok` when any came back or was answered before. */
export function resultOf(
  items: readonly Item[],
  { reused }: AnsweredBefore,
): Pick<Det['model.result'], 'outcome' | 'code' | 'outcomes'> {
  const outcomes = countOutcomes(items)
  const [only] = items
  if (items.length === 1 && only !== undefined && !only.outcome.ok) {
    const { error } = only.outcome
    return { outcome: outcomeOf(error), code: error.code, outcomes }
  }
  const none = outcomes.ok === undefined && reused.length === 0
  return { outcome: none ? 'error' : 'ok', code: null, outcomes }
}

/** What ended the run says more than how it showed in the turn that was under way. */
export function causeOf(error: WritError, { role, signal }: Pick<ModelCall, 'role' | 'signal'>): WritError {
  if (role !== 'turn' || !signal.aborted) return error
  const { code, message, data } = toWritError(signal.reason)
  return new WritError(code, message, { data: { ...data, ...error.data } })
}

/** How many items ended how. */
function countOutcomes(items: readonly Item[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { outcome } of items) {
    const name = outcome.ok ? 'ok' : outcomeOf(outcome.error)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** The limit that refused items of a call, and of a batch how many of them. */
export function limitOf(items: readonly Item[]): WritError | undefined {
  const errors = items.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.error]))
  const refused = errors.filter((error) => outcomeOf(error) === 'limit')
  const [first] = refused
  if (first === undefined || items.length === 1) return first
  const { code, message, data, next } = first
  const batch = `of a batch of ${whole(items.length)} sub-calls, ${whole(refused.length)} were refused`
  return new WritError(code, `${message.replace(/\.$/, '')}: ${batch}.`, { data, next })
}

/** Items from the text `outputText` made of each. Which of them cost what is not recorded; together they cost `charged`. */
export function recalledItems(output: string, charged: Amount): Item[] {
  return textsOf(output).map((text, index) => ({
    outcome: outcomeIn(text),
    charged: index === 0 ? charged : NOTHING,
  }))
}

/** What came of an item, from the text `outputText` made of it. */
export function outcomeIn(text: string): ItemOutcome<string> {
  const stored = JSON.parse(text) as { readonly text?: string }
  return stored.text === undefined ? { ok: false, error: errorFrom(text) } : { ok: true, value: stored.text }
}

/** The stored texts of a call, one an item. */
export function textsOf(output: string): string[] {
  return JSON.parse(output) as string[]
}

/** The same, from the records of the items. */
export async function outputOf(items: readonly RecordedItem[]): Promise<string> {
  const texts = Array.from(items, () => '')
  for (const { det, text } of items) texts[det.item] = await text()
  return JSON.stringify(texts)
}
