import { join } from 'node:path'
import type { Answer, Attempt, Limits } from '@writ/contract'
import type { JournalEntry, Simulator } from '@writ/simulator'
import { createWrit, verifyFile } from '../index.ts'

// What holds of every run, whatever it was asked and whatever happened to it. For tests only.

/** Ways in which the evidence of a run does not hold, or the run is not ended. */
export async function evidenceFaults(answer: Answer, home: string): Promise<readonly string[]> {
  const trust = join(home, 'trust.json')
  const { verdicts } = await verifyFile(answer.evidence ?? '', { trust, answer, home })
  const failed = verdicts.filter(({ result }) => result === 'fail').map((verdict) => JSON.stringify(verdict))
  const replayed = verdicts.some(({ name, result }) => name === 'REPLAY' && result === 'pass')
  const unsure = failed.length === 0 && !replayed ? [JSON.stringify(verdicts)] : []
  const writ = await createWrit({ home })
  try {
    const { status, steps } = await writ.show(answer.run)
    const open = status === 'open' || steps.some((step) => step.outcome === 'in-doubt')
    return [...failed, ...unsure, ...(open ? ['a step or the run is open'] : [])]
  } finally {
    await writ.close()
  }
}

/** Kinds of records that describe attempts. */
const DESCRIBING: ReadonlySet<string> = new Set(['model.usage', 'model.item', 'model.result'])

async function attemptsOf(run: string, home: string): Promise<readonly Attempt[]> {
  const writ = await createWrit({ home })
  let lines = ''
  try {
    for await (const piece of writ.export(run, { format: 'jsonl' })) lines += piece
  } finally {
    await writ.close()
  }
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string; obs: { detail?: readonly Attempt[] } })
    .flatMap(({ kind, obs }) => (DESCRIBING.has(kind) ? (obs.detail ?? []) : []))
}

const useful = ({ outcome, status, outputTokens, abortedByClient }: JournalEntry): boolean =>
  outcome === 'text' && status === 200 && outputTokens > 0 && !abortedByClient

/** Differences between what the answer says was used, what the records say, what the server saw, and the limits. */
export async function bookFaults(
  answer: Answer,
  home: string,
  simulator: Simulator,
  limits: Partial<Limits>,
): Promise<readonly string[]> {
  const attempts = await attemptsOf(answer.run, home)
  const { entries } = simulator.journal()
  const { usage } = answer
  const sum = (of: (attempt: Attempt) => number): number =>
    attempts.reduce((total, attempt) => total + of(attempt), 0)
  const tokens = usage.inputTokens + usage.outputTokens
  const bound = attempts.filter(({ chargedAs }) => chargedAs === 'bound').length
  // What was cancelled as it left may never have come: it is charged its bound all the same.
  const lost = attempts.length - entries.length
  const metered = attempts.filter(({ chargedAs }) => chargedAs === 'metered').length
  const unread = entries.filter(useful).length - metered
  const equal: readonly (readonly [string, number, number])[] = [
    ['requests that came', lost >= 0 && lost <= bound ? 0 : lost, 0],
    ['calls', sum(({ charged }) => charged.calls), usage.modelCalls],
    ['input tokens', sum(({ charged }) => charged.inputTokens), usage.inputTokens],
    ['output tokens', sum(({ charged }) => charged.outputTokens), usage.outputTokens],
    ['micro-dollars', sum(({ charged }) => charged.costMicroUsd), usage.costMicroUsd],
    ['bound', bound, usage.boundCalls],
    // Of what was cancelled, the server may have sent all of its reply.
    ['replies that are charged', unread >= 0 && unread <= bound ? 0 : unread, 0],
  ]
  const within: readonly (readonly [string, number, number | null | undefined])[] = [
    ['calls', usage.modelCalls, limits.maxCalls],
    ['tokens', tokens, limits.maxTokens],
    ['micro-dollars', usage.costMicroUsd, limits.maxCostMicroUsd],
  ]
  return [
    ...equal.flatMap(([what, ours, theirs]) => (ours === theirs ? [] : [`${what}: ${ours} and ${theirs}`])),
    ...within.flatMap(([what, used, most]) =>
      used <= (most ?? used) ? [] : [`${what}: ${used} of ${most}`],
    ),
    ...attempts.flatMap((attempt) => misread(attempt, entries)),
    ...sentAgain(entries),
  ]
}

/** An attempt that is charged otherwise than its request was metered. */
function misread(
  { chargedAs, requestId, charged }: Attempt,
  entries: readonly JournalEntry[],
): readonly string[] {
  if (chargedAs !== 'metered') return []
  const entry = entries.find(
    (one) => requestId === `chatcmpl-${one.requestId}` || requestId === one.requestId,
  )
  const alike = entry?.inputTokens === charged.inputTokens && entry.outputTokens === charged.outputTokens
  return alike
    ? []
    : [`${requestId} is charged ${JSON.stringify(charged)}, and it was ${JSON.stringify(entry)}`]
}

/** Requests that were sent again after their reply had come whole. */
function sentAgain(entries: readonly JournalEntry[]): readonly string[] {
  const done = new Set<string>()
  return entries.flatMap((entry) => {
    if (entry.key === null) return []
    const again = done.has(entry.key) ? [`${entry.requestId} was sent again`] : []
    if (useful(entry)) done.add(entry.key)
    return again
  })
}
