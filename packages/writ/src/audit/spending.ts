import {
  type Amount,
  type Attempt,
  addAmounts,
  costMicroUsd,
  NOTHING,
  type Price,
  type RecordedModel,
  type RunRecord,
} from '@writ/contract'
import { refuse } from '@writ/evidence'

const FREE: Price = { inputNanoUsd: 0, outputNanoUsd: 0 }
const AMOUNTS = ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const

/** The worst case of a call follows from its items, its output tokens and the price of its model. */
export function checkBound({ det }: RunRecord<'model.call'>, model: RecordedModel, at: string): void {
  const { bound, items, maxOutputTokens } = det
  const place = `${at}/det/bound`
  if (bound.calls !== items) differs('bound', 'calls', bound.calls, items, place)
  const outputTokens = items * maxOutputTokens
  if (bound.outputTokens !== outputTokens)
    differs('bound', 'outputTokens', bound.outputTokens, outputTokens, place)
  // Each item is rounded up by itself.
  const cost = costOf(model, bound)
  if (bound.costMicroUsd < cost || bound.costMicroUsd > cost + Math.max(0, items - 1))
    differs('bound', 'costMicroUsd', bound.costMicroUsd, cost, place)
}

/** A charge is the sum of its attempts, each of them what the provider metered at the price of the model. */
export function checkCharge(
  { det, obs }: RunRecord<'model.result'>,
  command: RunRecord<'model.call'>,
  model: RecordedModel,
  at: string,
): void {
  for (const [i, attempt] of obs.detail.entries())
    checkAttempt(attempt, command, model, `${at}/obs/detail/${i}/charged`)
  const sum = obs.detail.reduce((total, attempt) => addAmounts(total, attempt.charged), NOTHING)
  const whole = obs.detail.length === obs.attempts
  for (const key of AMOUNTS) {
    const charged = det.charged[key]
    if (whole ? charged !== sum[key] : charged < sum[key])
      differs('charge', key, charged, sum[key], `${at}/det/charged`)
  }
}

function checkAttempt(
  { charged, meteredInputTokens, meteredOutputTokens }: Attempt,
  { det }: RunRecord<'model.call'>,
  model: RecordedModel,
  at: string,
): void {
  if (charged.calls !== 1) differs('attempt', 'calls', charged.calls, 1, at)
  const cost = costOf(model, charged)
  if (charged.costMicroUsd !== cost) differs('attempt', 'costMicroUsd', charged.costMicroUsd, cost, at)
  // What was metered is charged, up to the bound; that of one item of a batch is not recorded.
  const input = Math.min(meteredInputTokens ?? Number.POSITIVE_INFINITY, det.bound.inputTokens)
  const output = Math.min(meteredOutputTokens ?? Number.POSITIVE_INFINITY, det.maxOutputTokens)
  const least = det.items === 1 && meteredInputTokens !== null ? input : 0
  if (charged.inputTokens > input || charged.inputTokens < least)
    differs('attempt', 'inputTokens', charged.inputTokens, input, at)
  if (charged.outputTokens > output || (meteredOutputTokens !== null && charged.outputTokens < output))
    differs('attempt', 'outputTokens', charged.outputTokens, output, at)
}

function costOf({ inputNanoUsd, outputNanoUsd }: RecordedModel, amount: Amount): number {
  const price = inputNanoUsd === null || outputNanoUsd === null ? FREE : { inputNanoUsd, outputNanoUsd }
  return costMicroUsd(price, amount.inputTokens, amount.outputTokens)
}

function differs(what: string, key: string, found: number, derived: number, at: string): never {
  refuse(
    'SPENDING_NOT_DERIVED',
    `The ${what} has ${found} ${key}; its records give ${derived}.`,
    `${at}/${key}`,
  )
}
