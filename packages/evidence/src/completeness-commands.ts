import { type Amount, addAmounts, NOTHING, type RecordKind, type RunRecord } from '@writ/contract'
import type { Command, Lane } from './completeness-lanes.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

type Answering =
  | RunRecord<'model.attempt'>
  | RunRecord<'model.usage'>
  | RunRecord<'model.result'>
  | RunRecord<'frame.join'>

const ANSWERING: ReadonlySet<RecordKind> = new Set([
  'model.attempt',
  'model.usage',
  'model.result',
  'frame.join',
])

export function answersCommand(record: AnyRecord): boolean {
  return ANSWERING.has(record.kind)
}

/** The open command a record names, which has to be of the same lane and n. */
export function commandOf<K extends Command['kind']>(
  record: Answering,
  lane: Lane,
  kind: K,
  at: string,
): Extract<Command, { kind: K }> {
  const command = lane.commands.get(record.n)
  if (command === undefined || command.kind !== kind || command.seq !== record.obs.command) {
    refuse(
      'NO_COMMAND',
      `${record.kind} at ${lane.name}/${record.n} names command ${record.obs.command}, which is not open there.`,
      `${at}/obs/command`,
    )
  }
  return command as Extract<Command, { kind: K }>
}

/** The same, answered now: a second answer finds nothing. */
export function takeCommand<K extends Command['kind']>(
  record: Answering,
  lane: Lane,
  kind: K,
  at: string,
): Extract<Command, { kind: K }> {
  const command = commandOf(record, lane, kind, at)
  lane.commands.delete(record.n)
  return command
}

/** A retry is the next attempt of an item its command has; the first is the command itself. */
export function takeRetry(
  { obs }: RunRecord<'model.attempt'>,
  command: Extract<Command, { kind: 'model.call' }>,
  at: string,
): void {
  const { item, attempt } = obs
  if (item >= command.det.items) {
    refuse('NO_COMMAND', `Command ${command.seq} has no item ${item}.`, `${at}/obs/item`)
  }
  const retries = command.retriesOf.get(item) ?? 0
  const next = retries + 2
  if (attempt !== next) {
    refuse(
      'ATTEMPT_GAP',
      `Item ${item} of command ${command.seq} is begun as attempt ${attempt}; ${next} is next.`,
      `${at}/obs/attempt`,
    )
  }
  command.retriesOf.set(item, retries + 1)
  command.retries += 1
}

export function newCommand(record: RunRecord<'model.call'>): Extract<Command, { kind: 'model.call' }>
export function newCommand(record: RunRecord<'frame.spawn'>): Extract<Command, { kind: 'frame.spawn' }>
export function newCommand(record: RunRecord<'model.call'> | RunRecord<'frame.spawn'>): Command {
  const told = { attempts: 0, charged: NOTHING, item: 0, attempt: 0 }
  return { ...record, retries: 0, retriesOf: new Map(), told } as Command
}

/** Attempts are described in the order of their items, each once, and only what was begun. */
export function takeDetail(
  { obs }: RunRecord<'model.usage'> | RunRecord<'model.result'>,
  command: Extract<Command, { kind: 'model.call' }>,
  at: string,
): void {
  const { told, retriesOf, det } = command
  for (const [i, { item, attempt, charged }] of obs.detail.entries()) {
    const place = `${at}/obs/detail/${i}`
    if (item >= det.items)
      refuse('NO_COMMAND', `Command ${command.seq} has no item ${item}.`, `${place}/item`)
    const later = item > told.item || (item === told.item && attempt > told.attempt)
    if (!later || attempt < 1 || attempt > 1 + (retriesOf.get(item) ?? 0))
      refuse(
        'ATTEMPT_GAP',
        `Attempt ${attempt} of item ${item} is described out of order, twice, or was never begun.`,
        `${place}/attempt`,
      )
    Object.assign(told, {
      attempts: told.attempts + 1,
      charged: addAmounts(told.charged, charged),
      item,
      attempt,
    })
  }
}

/** A result counts and charges what its attempts come to, and no more attempts than were begun. */
export function checkAttempts(
  record: RunRecord<'model.result'>,
  command: Extract<Command, { kind: 'model.call' }>,
  at: string,
): void {
  const { charged } = record.det
  const { attempts } = record.obs
  const most = command.det.items + command.retries
  if (charged.calls !== attempts || charged.calls > most) {
    refuse(
      'SPENDING_MISMATCH',
      `${charged.calls} calls are charged for ${attempts} attempts; at most ${most} were begun.`,
      `${at}/det/charged/calls`,
    )
  }
  takeDetail(record, command, at)
  const { told } = command
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
export function checkCharged(charged: Amount, { det, retries }: Command, at: string): void {
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
