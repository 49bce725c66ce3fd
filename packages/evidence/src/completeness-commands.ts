import { type Amount, addAmounts, NOTHING, type RecordKind } from '@writ/contract'
import { checkItems } from './completeness-items.ts'
import type { Lane, Pending } from './completeness-lanes.ts'
import type { OpenCommand, RecordOf, RecordPlace } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

type Answering = RecordOf<'model.attempt' | 'model.usage' | 'model.item' | 'model.result' | 'frame.join'>

const ANSWERING: ReadonlySet<RecordKind> = new Set([
  'model.attempt',
  'model.usage',
  'model.item',
  'model.result',
  'frame.join',
])

/** Whether a record belongs to a step that was begun before, and has its number. */
export function answersCommand(record: AnyRecord): boolean {
  return ANSWERING.has(record.kind)
}

/** The open command a record names: that of its own frame and n. */
export function checkCommand<K extends OpenCommand['kind']>(
  record: Answering,
  command: OpenCommand | undefined,
  kind: K,
  at: string,
): RecordOf<K> {
  if (command === undefined || command.kind !== kind || command.seq !== record.obs.command) {
    refuse(
      'NO_COMMAND',
      `${record.kind} at ${record.lane}/${record.n} names command ${record.obs.command}, which is not open there.`,
      `${at}/obs/command`,
    )
  }
  return command as unknown as RecordOf<K>
}

/** The same of a call, with what is known of it. */
export function pendingCall(
  record: Answering,
  { frame, command, at }: RecordPlace<Lane>,
): { readonly call: RecordOf<'model.call'>; readonly pending: Pending } {
  const call = checkCommand(record, command, 'model.call', at)
  const pending = frame.own.pending.get(record.n)
  if (pending === undefined)
    refuse('NO_COMMAND', `Command ${call.seq} was answered before.`, `${at}/obs/command`)
  return { call, pending }
}

/** A call that was sent and is not answered. */
export function newPending(): Pending {
  return {
    retries: 0,
    retriesOf: new Map(),
    told: NOTHING_TOLD,
    again: false,
    items: new Map(),
    returned: NOTHING,
  }
}

const NOTHING_TOLD: Pending['told'] = { attempts: 0, charged: NOTHING, item: 0, attempt: 0 }

/** A retry is the next attempt of an item its command has; the first is the command itself. */
export function takeRetry(record: RecordOf<'model.attempt'>, place: RecordPlace<Lane>): void {
  const { item, attempt } = record.obs
  const { call, pending } = pendingCall(record, place)
  if (item >= call.det.items) {
    refuse('NO_COMMAND', `Command ${call.seq} has no item ${item}.`, `${place.at}/obs/item`)
  }
  if (pending.items.has(item))
    refuse('ITEM_MISMATCH', `Item ${item} of command ${call.seq} came back and is begun again.`, place.at)
  const retries = pending.retriesOf.get(item) ?? 0
  const next = retries + 2
  if (attempt !== next) {
    refuse(
      'ATTEMPT_GAP',
      `Item ${item} of command ${call.seq} is begun as attempt ${attempt}; ${next} is next.`,
      `${place.at}/obs/attempt`,
    )
  }
  pending.retriesOf.set(item, retries + 1)
  pending.retries += 1
  pending.again = true
}

/** Counts what a call without a result has certainly begun: what came back of it, retries, and a first attempt. */
export function certainlyBegun({ retriesOf, items, returned }: Pending): Amount {
  const open = [...retriesOf].filter(([item]) => !items.has(item))
  const calls = open.reduce((sum, [, retries]) => sum + retries, items.size === 0 ? 1 : 0)
  return addAmounts(returned, { ...NOTHING, calls })
}

/** Requests of a call without a result that were sent: a retry says so of the attempt before it. */
export function certainlySent({ retriesOf, items, returned }: Pending): number {
  const open = [...retriesOf].filter(([item]) => !items.has(item))
  return open.reduce((sum, [, retries]) => sum + retries, returned.calls)
}

/** Attempts are described in the order of their items, each once, and only what was begun. */
export function takeDetail(
  record: RecordOf<'model.usage'> | RecordOf<'model.result'>,
  place: RecordPlace<Lane>,
): void {
  const { call, pending } = pendingCall(record, place)
  if (pending.items.size > 0)
    refuse('ITEM_MISMATCH', `Command ${call.seq} describes attempts beside its items.`, place.at)
  beginList(record, pending, place.at)
  for (const [i, { item, attempt, charged }] of record.obs.detail.entries()) {
    const at = `${place.at}/obs/detail/${i}`
    const { told } = pending
    if (item >= call.det.items) refuse('NO_COMMAND', `Command ${call.seq} has no item ${item}.`, `${at}/item`)
    const later = item > told.item || (item === told.item && attempt > told.attempt)
    if (!later || attempt < 1 || attempt > 1 + (pending.retriesOf.get(item) ?? 0))
      refuse(
        'ATTEMPT_GAP',
        `Attempt ${attempt} of item ${item} is described out of order, twice, or was never begun.`,
        `${at}/attempt`,
      )
    pending.told = { attempts: told.attempts + 1, charged: addAmounts(told.charged, charged), item, attempt }
  }
}

/**
 * A list of attempts goes on where it ended. It begins anew only for a call that was sent again after a restart, which
 * describes all of them again.
 */
function beginList(
  record: RecordOf<'model.usage'> | RecordOf<'model.result'>,
  pending: Pending,
  at: string,
): void {
  const { told, again } = pending
  const first = record.kind === 'model.usage' ? record.obs.first : null
  const anew = again && (first === 0 || (first === null && record.obs.detail.length > 0))
  if (anew) pending.told = NOTHING_TOLD
  else if (first !== null && first !== told.attempts)
    refuse('ATTEMPT_GAP', `${told.attempts} attempts were described before, not ${first}.`, `${at}/obs/first`)
  pending.again = false
}

/** A result ends its call: it counts and charges what its attempts come to, and no more than was begun. */
export function takeResult(record: RecordOf<'model.result'>, place: RecordPlace<Lane>): void {
  const { call, pending } = pendingCall(record, place)
  const { at } = place
  const { charged } = record.det
  const { attempts } = record.obs
  const most = call.det.items + pending.retries
  if (charged.calls !== attempts || charged.calls > most) {
    refuse(
      'SPENDING_MISMATCH',
      `${charged.calls} calls are charged for ${attempts} attempts; at most ${most} were begun.`,
      `${at}/det/charged/calls`,
    )
  }
  checkWithin(charged, call, pending.retries, at)
  if (pending.items.size > 0) checkItems(record, call, pending, at)
  else checkDescribed(record, place, pending)
  place.frame.own.pending.delete(record.n)
}

/** The attempts of a call without records of its items are in lists, which its result ends. */
function checkDescribed(record: RecordOf<'model.result'>, place: RecordPlace<Lane>, pending: Pending): void {
  const { at } = place
  const { charged } = record.det
  const { attempts } = record.obs
  takeDetail(record, place)
  const { told } = pending
  if (told.attempts !== attempts)
    refuse(
      'SPENDING_MISMATCH',
      `${attempts} attempts were made, ${told.attempts} are described.`,
      `${at}/obs/attempts`,
    )
  for (const key of ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
    if (charged[key] === told.charged[key]) continue
    refuse(
      'SPENDING_MISMATCH',
      `${charged[key]} ${key} are charged; the attempts come to ${told.charged[key]}.`,
      `${at}/det/charged/${key}`,
    )
  }
}

/** No attempt costs more than its item's bound, and the bound of the command is the sum over its items. */
function checkWithin(charged: Amount, { det }: RecordOf<'model.call'>, retries: number, at: string): void {
  for (const key of ['inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
    const most = det.bound[key] * (1 + retries)
    if (charged[key] <= most) continue
    refuse(
      'OVERCHARGED',
      `${charged[key]} ${key} are charged; at most ${most} were begun.`,
      `${at}/det/charged/${key}`,
    )
  }
}
