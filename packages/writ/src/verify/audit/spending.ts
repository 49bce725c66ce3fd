import {
  type Amount,
  type Attempt,
  addAmounts,
  chargeFor,
  costMicroUsd,
  type Det,
  FREE,
  NOTHING,
  type Price,
  type RecordedModel,
  type RunRecord,
  recordedPrice,
} from '@writ/contract'
import { refuse } from '@writ/evidence'

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

/** What is held back for turns is priced like the turns: so many, each alike. */
export function checkHeld(held: Amount, turns: number, model: RecordedModel, at: string): void {
  if (held.calls === 0) return
  const one = { inputTokens: held.inputTokens / turns, outputTokens: held.outputTokens / turns }
  const whole =
    held.calls === turns && Number.isInteger(one.inputTokens) && Number.isInteger(one.outputTokens)
  const cost = whole ? turns * costOf(model, one) : 0
  if (held.costMicroUsd !== cost) differs('bound', 'costMicroUsd', held.costMicroUsd, cost, at)
}

/** A charge is the sum of its attempts, as far as they are in the record of the result. */
export function checkCharge(
  { det, obs }: RunRecord<'model.result'>,
  command: RunRecord<'model.call'>,
  model: RecordedModel,
  at: string,
): void {
  checkAttempts(obs.detail, command, model, at)
  const sum = obs.detail.reduce((total, attempt) => addAmounts(total, attempt.charged), NOTHING)
  const whole = obs.detail.length === obs.attempts
  for (const key of AMOUNTS) {
    const charged = det.charged[key]
    if (whole ? charged !== sum[key] : charged < sum[key])
      differs('charge', key, charged, sum[key], `${at}/det/charged`)
  }
}

/** What is charged for an item is the sum of its attempts. */
export function checkSum(charged: Amount, detail: readonly Attempt[], at: string): void {
  const sum = detail.reduce((total, attempt) => addAmounts(total, attempt.charged), NOTHING)
  for (const key of AMOUNTS) if (charged[key] !== sum[key]) differs('charge', key, charged[key], sum[key], at)
}

/** Each attempt is charged what its metering gives at the price of the model. */
export function checkAttempts(
  detail: readonly Attempt[],
  command: RunRecord<'model.call'>,
  model: RecordedModel,
  at: string,
): void {
  for (const [i, attempt] of detail.entries())
    checkAttempt(attempt, command, model, `${at}/obs/detail/${i}/charged`)
}

function checkAttempt(
  attempt: Attempt,
  { det }: RunRecord<'model.call'>,
  model: RecordedModel,
  at: string,
): void {
  const { charged, chargedAs, status } = attempt
  if (charged.calls !== 1) differs('attempt', 'calls', charged.calls, 1, at)
  checkSent(attempt, det, at)
  const { charged: derived, chargedAs: how } = derive(attempt, det, model)
  if (chargedAs !== how)
    refuse('SPENDING_NOT_DERIVED', `The attempt is charged as ${chargedAs}; its metering gives ${how}.`, at)
  // What is in doubt after a crash is charged its bound as far as the limits left room.
  const inDoubt = chargedAs === 'bound' && status === 0
  for (const key of ['inputTokens', 'outputTokens', 'costMicroUsd'] as const)
    if (inDoubt ? charged[key] > derived[key] : charged[key] !== derived[key])
      differs('attempt', key, charged[key], derived[key], at)
}

/** What marks messages beside their texts is counted into the bound of a request: so much for each, and for all. */
const MESSAGE_TOKENS = 8
const REQUEST_TOKENS = 16

/** The bound of a request is made of the bytes sent, so they are stated twice; and nothing is metered where nothing came. */
function checkSent(attempt: Attempt, { items, bound }: Det['model.call'], at: string): void {
  const { sentBytes, receivedBytes, status, chargedAs } = attempt
  const { meteredInputTokens, meteredOutputTokens, meteredCachedTokens } = attempt
  const marks = bound.inputTokens - REQUEST_TOKENS - sentBytes
  const fits = items === 1 ? marks >= MESSAGE_TOKENS && marks % MESSAGE_TOKENS === 0 : marks >= 0
  if (!fits)
    refuse('SPENDING_NOT_DERIVED', `The bound of ${bound.inputTokens} is not that of ${sentBytes} bytes.`, at)
  const answered = isAnswered(status)
  const counted = meteredInputTokens !== null || meteredOutputTokens !== null
  const told = counted || meteredCachedTokens !== undefined || receivedBytes > 0
  if (!answered && told)
    refuse('SPENDING_NOT_DERIVED', `An attempt that ended with status ${status} was metered.`, at)
  if (answered && chargedAs === 'nothing')
    refuse('SPENDING_NOT_DERIVED', 'An attempt that was answered is charged nothing.', at)
}

function isAnswered(status: number): boolean {
  return status >= 200 && status < 300
}

type Derived = Pick<Attempt, 'charged' | 'chargedAs'>

/** What an attempt is charged. The bound of one item of a batch is not recorded; it covers the bytes sent. */
function derive(attempt: Attempt, det: Det['model.call'], model: RecordedModel): Derived {
  const { charged, chargedAs, sentBytes, status } = attempt
  const answered = isAnswered(status)
  if (!answered && chargedAs === 'nothing') return { charged: NOTHING, chargedAs }
  const whole = det.items === 1 || chargedAs === 'metered'
  const tokens = {
    calls: 1,
    inputTokens: whole ? det.bound.inputTokens : Math.max(charged.inputTokens, sentBytes),
    outputTokens: det.maxOutputTokens,
  }
  const bound = { ...tokens, costMicroUsd: costOf(model, tokens) }
  return answered
    ? chargeFor({ ...attempt, bound, price: priceOf(model) })
    : { charged: bound, chargedAs: 'bound' }
}

function priceOf(model: RecordedModel): Price {
  return recordedPrice(model) ?? FREE
}

function costOf(
  model: RecordedModel,
  { inputTokens, outputTokens }: Omit<Amount, 'calls' | 'costMicroUsd'>,
): number {
  return costMicroUsd(priceOf(model), inputTokens, outputTokens)
}

function differs(what: string, key: string, found: number, derived: number, at: string): never {
  refuse(
    'SPENDING_NOT_DERIVED',
    `The ${what} has ${found} ${key}; its records give ${derived}.`,
    `${at}/${key}`,
  )
}
