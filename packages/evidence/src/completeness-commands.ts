import type { Amount, RunRecord } from '@writ/contract'
import type { Command, Lane } from './completeness-lanes.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

type Answering = RunRecord<'model.attempt'> | RunRecord<'model.result'> | RunRecord<'frame.join'>

export function answersCommand(record: AnyRecord): boolean {
  return record.kind === 'model.attempt' || record.kind === 'model.result' || record.kind === 'frame.join'
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
