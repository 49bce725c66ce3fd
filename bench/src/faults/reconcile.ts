import { type Attempt, addAmounts, costMicroUsd, NOTHING } from '@writ/contract'
import type { JournalEntry } from '@writ/simulator'
import { type FaultyRun, PRICE, replyTo } from './faulty-run.ts'

/** What one run under faults must never do, each counted. */
export interface Reconciled {
  /** Texts handed over that are not what the model said. */
  readonly textsFromFailures: number
  /** Sub-calls with neither text nor error. */
  readonly lost: number
  /** Requests sent again after a reply that was delivered whole. */
  readonly resent: number
  /** Ways in which records, answer and the server's journal do not agree. */
  readonly differences: readonly string[]
  /** Sub-calls that ended as errors, each told as one. */
  readonly failed: number
  /** Attempts charged their bound, since their usage never arrived. */
  readonly bound: number
}

interface SettledItem {
  readonly ok?: boolean
  readonly value?: unknown
  readonly error?: { readonly code?: string }
}

export function reconcile(run: FaultyRun): Reconciled {
  const { prompts, answer, attempts, journal } = run
  const items = Array.isArray(answer.value) ? (answer.value as readonly SettledItem[]) : []
  return {
    textsFromFailures: items.filter(({ ok, value }, n) => ok === true && value !== replyTo(prompts[n] ?? ''))
      .length,
    lost: prompts.filter((_, n) => items[n]?.ok !== true && items[n]?.error?.code === undefined).length,
    resent: resent(journal),
    differences: differences(run),
    failed: items.filter(({ ok }) => ok === false).length,
    bound: attempts.filter(({ chargedAs }) => chargedAs === 'bound').length,
  }
}

/** A reply with text that the client stayed for: it has a recorded result. */
const useful = ({ outcome, status, outputTokens, abortedByClient }: JournalEntry): boolean =>
  outcome === 'text' && status === 200 && outputTokens > 0 && !abortedByClient

/** What was refused by a status did no work; everything else without a useful reply may have. */
const refused = ({ outcome }: JournalEntry): boolean => outcome === 'status'

function resent(journal: readonly JournalEntry[]): number {
  const done = new Set<string | null>()
  let count = 0
  for (const entry of journal) {
    if (done.has(entry.key)) count += 1
    if (useful(entry)) done.add(entry.key)
  }
  return count
}

function differences({ answer, attempts, journal }: FaultyRun): string[] {
  const { usage } = answer
  const metered = attempts.filter(({ chargedAs }) => chargedAs === 'metered')
  const bound = attempts.filter(({ chargedAs }) => chargedAs === 'bound')
  const answered = journal.filter(useful)
  const charged = sum(attempts)
  const paid = sum(metered)
  const cost = answered.reduce(
    (total, { inputTokens, outputTokens }) => total + costMicroUsd(PRICE, inputTokens, outputTokens),
    0,
  )
  const tokens = (of: 'inputTokens' | 'outputTokens'): number =>
    answered.reduce((total, entry) => total + entry[of], 0)
  const checks: readonly (readonly [string, number, number])[] = [
    ['requests in records and journal', attempts.length, journal.length],
    ['requests with usage', metered.length, answered.length],
    ['requests without usage', bound.length, journal.filter((e) => !useful(e) && !refused(e)).length],
    ['input tokens', paid.inputTokens, tokens('inputTokens')],
    ['output tokens', paid.outputTokens, tokens('outputTokens')],
    ['micro-dollars', paid.costMicroUsd, cost],
    ['calls of the answer', usage.modelCalls, charged.calls],
    ['input tokens of the answer', usage.inputTokens, charged.inputTokens],
    ['output tokens of the answer', usage.outputTokens, charged.outputTokens],
    ['micro-dollars of the answer', usage.costMicroUsd, charged.costMicroUsd],
    ['calls that the answer says were charged their bound', usage.boundCalls, bound.length],
    ...metered.map((attempt) => meteredAlike(attempt, journal)),
  ]
  return checks.flatMap(([what, ours, theirs]) => (ours === theirs ? [] : [`${what}: ${ours} and ${theirs}`]))
}

/** One attempt against the journal's entry of its id. */
function meteredAlike(
  { requestId, charged }: Attempt,
  journal: readonly JournalEntry[],
): readonly [string, number, number] {
  const entry = journal.find((found) => found.requestId === requestId)
  const theirs = entry === undefined ? Number.NaN : entry.inputTokens + entry.outputTokens
  return [`tokens of ${requestId ?? 'no id'}`, charged.inputTokens + charged.outputTokens, theirs]
}

function sum(attempts: readonly Attempt[]): typeof NOTHING {
  return attempts.reduce((total, { charged }) => addAmounts(total, charged), NOTHING)
}
