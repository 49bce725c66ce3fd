import { type Amount, addAmounts, NOTHING, type Outcome } from '@writ/contract'
import { merkleOfItems } from './commitment.ts'
import type { Pending } from './completeness-lanes.ts'
import { checkOutcome } from './completeness-outcomes.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

type ItemRecord = RecordOf<'model.item'>
type Call = RecordOf<'model.call'>

const AMOUNTS = ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const

/** An item of a batch came back: once, with all its attempts, none of which is begun again from here on. */
export function takeItem(record: ItemRecord, call: Call, pending: Pending, at: string): void {
  const { item, input, outcome, output, charged } = record.det
  if (call.det.items < 2 || item >= call.det.items)
    refuse('NO_COMMAND', `Command ${call.seq} has no item ${item} of a batch.`, `${at}/det/item`)
  if (pending.items.has(item))
    refuse('ITEM_MISMATCH', `Item ${item} of command ${call.seq} came back twice.`, `${at}/det/item`)
  checkOutcome(record.det, at)
  checkAttempts(record, 1 + (pending.retriesOf.get(item) ?? 0), at)
  if (outcome === 'ok' && charged.calls === 0)
    refuse('OUTCOME_MISMATCH', `Item ${item} came back and was never sent.`, `${at}/det/outcome`)
  pending.items.set(item, { outcome, input, output })
  pending.returned = addAmounts(pending.returned, charged)
}

/** The attempts are those of the item, each once, in order, begun, and together what it is charged. */
function checkAttempts(
  { det: { item, charged }, obs: { detail } }: ItemRecord,
  begun: number,
  at: string,
): void {
  let last = 0
  let sum: Amount = NOTHING
  for (const [i, one] of detail.entries()) {
    const place = `${at}/obs/detail/${i}`
    if (one.item !== item)
      refuse('ITEM_MISMATCH', `An attempt of item ${one.item} is told of item ${item}.`, `${place}/item`)
    if (one.attempt <= last || one.attempt > begun)
      refuse(
        'ATTEMPT_GAP',
        `Attempt ${one.attempt} of item ${item} is described out of order, twice, or was never begun.`,
        `${place}/attempt`,
      )
    last = one.attempt
    sum = addAmounts(sum, one.charged)
  }
  for (const key of AMOUNTS) {
    const due = key === 'calls' ? detail.length : sum[key]
    if (charged[key] === due && sum[key] === due) continue
    refuse(
      'SPENDING_MISMATCH',
      `${charged[key]} ${key} are charged for item ${item}; its attempts come to ${sum[key]}.`,
      `${at}/det/charged/${key}`,
    )
  }
}

/** The result of a batch whose items have records is what they come to: all of them, their outputs, outcomes and charges. */
export function checkItems(
  { det, obs }: RecordOf<'model.result'>,
  call: Call,
  { items, returned }: Pending,
  at: string,
): void {
  const { items: count } = call.det
  if (items.size !== count)
    refuse('ITEM_MISMATCH', `${items.size} of ${count} items came back before the result.`, at)
  if (obs.detail.length > 0)
    refuse('ITEM_MISMATCH', 'Attempts are described again that the items describe.', `${at}/obs/detail`)
  checkRequests(items, call, at)
  const inOrder = Array.from({ length: count }, (_, item) => items.get(item)?.output ?? '')
  if (merkleOfItems(inOrder) !== det.output)
    refuse('ITEM_MISMATCH', 'The output is not the root over those of the items.', `${at}/det/output`)
  const outcomes = new Map<Outcome, number>()
  for (const { outcome } of items.values()) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const other = [...outcomes].find(([outcome, n]) => det.outcomes[outcome] !== n)
  if (other !== undefined)
    refuse('ITEM_MISMATCH', `${other[1]} items ended ${other[0]}.`, `${at}/det/outcomes/${other[0]}`)
  for (const key of AMOUNTS) {
    if (det.charged[key] === returned[key]) continue
    refuse(
      'SPENDING_MISMATCH',
      `${det.charged[key]} ${key} are charged; the items come to ${returned[key]}.`,
      `${at}/det/charged/${key}`,
    )
  }
}

/** The requests that items name are those of the command: of all of them, or of none. */
function checkRequests(items: Pending['items'], { det }: Call, at: string): void {
  const named = Array.from({ length: det.items }, (_, item) => items.get(item)?.input ?? '')
  if (named.every((input) => input === '')) return
  const without = named.indexOf('')
  if (without >= 0)
    refuse('ITEM_MISMATCH', `Item ${without} names no request, and another of its batch does.`, at)
  if (merkleOfItems(named) !== det.input)
    refuse('ITEM_MISMATCH', 'The requests that the items name are not those of the command.', at)
}

/**
 * Once an item names its request, those of every batch that is asked for later have records and name theirs. So nobody can pass one
 * batch off as older than the others; a run from before may still go on under a Writ that names them.
 */
export class NamedRequests {
  /** Number of the first record that names one. */
  #from: number | undefined

  item({ seq, det }: ItemRecord, call: Call, at: string): void {
    if (det.input !== undefined) this.#from ??= seq
    else if (this.#isLater(call))
      refuse('ITEM_MISMATCH', `Item ${det.item} names no request, and one of an earlier batch does.`, at)
  }

  result(call: Call, { items }: Pending, at: string): void {
    if (call.det.items > 1 && items.size === 0 && this.#isLater(call))
      refuse('ITEM_MISMATCH', 'The items of a batch have no records, and those of an earlier one do.', at)
  }

  #isLater({ seq }: Call): boolean {
    return this.#from !== undefined && seq > this.#from
  }
}
