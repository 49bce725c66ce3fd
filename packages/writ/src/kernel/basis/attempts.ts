import {
  type Amount,
  type Attempt,
  addAmounts,
  type ChargedAs,
  chargeFor,
  costMicroUsd,
  defined,
  FREE,
  isWritError,
  LONGEST_WAIT_MS,
  type Metering,
  type ModelCaller,
  type ModelFailure,
  type ModelProfile,
  type ModelReply,
  NOTHING,
  totalTokens,
  toWritError,
  WritError,
} from '@writ/contract'
import type { Reservation } from './budget-pool.ts'
import type { Demand, ModelSlots, Slot } from './model-slots.ts'
import { onAbort } from './on-abort.ts'

/** Attempts one request may take, retries included: enough to ride out a provider's bad second, not its bad hour. */
export const MAX_ATTEMPTS = 4
/** How often a request is begun at most, by however many processes: one that each of them died of is not sent for ever. */
export const MAX_BEGUN = 64
/** Wait before the first retry; doubles each time, up to the cap. */
const BACKOFF_MS = 250
const BACKOFF_CAP_MS = 8_000
/** Time one request may take. */
const REQUEST_TIMEOUT_MS = 120_000

/** One request to a model, with what it needs to be attempted more than once. */
export interface Request {
  readonly profile: ModelProfile
  readonly messages: Parameters<ModelCaller>[1]['messages']
  readonly maxOutputTokens: number
  /** Whether the provider is asked for one JSON object. */
  readonly json?: boolean
  readonly bound: Amount
  readonly idempotencyKey: string
  readonly item: number
  /** What a process that died began of it: the next attempt is a retry. */
  readonly earlier?: Earlier
}

/** Attempts that were begun earlier, each of which may have been sent. */
export interface Earlier {
  readonly begun: number
  /** Those that are charged; the limits left no room for the others. */
  readonly charged: readonly Attempt[]
}

/** How the kernel attempts a request: where slots, room and records come from. */
export interface AttemptPorts {
  readonly callModel: ModelCaller
  readonly slots: ModelSlots
  /** What each attempt wants of the model. */
  readonly demand: Demand
  readonly monotonic: () => number
  /** Takes room for one attempt. */
  reserve(): Promise<Reservation>
  /** Records a retry durably before it is sent. */
  retrying(attempt: number): Promise<void>
}

/** What came of a request: the reply or the error, every attempt, and what they cost together. */
export interface Attempted {
  readonly result:
    | { readonly ok: true; readonly reply: ModelReply }
    | { readonly ok: false; readonly error: WritError }
  readonly attempts: readonly Attempt[]
  readonly charged: Amount
}

type Texts = readonly { readonly text: string }[]

/** Bytes of the texts plus room for the tokens that mark messages: no tokenizer makes more tokens than that. */
export function inputBound(messages: Texts): number {
  return inputTokensOf(textBytes(messages), messages.length)
}

/** The same of so many bytes in so many messages. */
export function inputTokensOf(bytes: number, messages: number): number {
  return bytes + 8 * messages + 16
}

/** UTF-8 bytes of the texts sent. */
export function textBytes(messages: Texts): number {
  return messages.reduce((sum, message) => sum + Buffer.byteLength(message.text), 0)
}

/** The worst case of one attempt. */
export function attemptBound(profile: ModelProfile, inputTokens: number, outputTokens: number): Amount {
  return {
    calls: 1,
    inputTokens,
    outputTokens,
    costMicroUsd: costMicroUsd(profile.price ?? FREE, inputTokens, outputTokens),
  }
}

/** A place to send one attempt from: a slot of the model and room in the budget. */
export interface Entry {
  readonly reservation: Reservation
  readonly slot: Slot
}

/**
 * Waits for a slot, then for room. INVARIANT: nothing waits for a slot while holding room, so whatever holds room is
 * in flight and will give it back: the two waits cannot lock each other.
 */
export async function enter(
  ports: Pick<AttemptPorts, 'slots' | 'demand' | 'reserve'>,
  signal: AbortSignal,
): Promise<Entry> {
  const slot = await ports.slots.acquire(ports.demand, signal)
  try {
    return { reservation: await ports.reserve(), slot }
  } catch (error) {
    slot.release(0)
    throw error
  }
}

/**
 * Sends a request until it succeeds, cannot succeed, or may not be tried again. Every attempt has a slot and a
 * reservation of its own (the first may be given); failures are errors, never text.
 */
export async function attemptRequest(
  request: Request,
  ports: AttemptPorts,
  signal: AbortSignal,
  first?: Entry,
): Promise<Attempted> {
  const { earlier = { begun: 0, charged: [] } } = request
  const attempts = [...earlier.charged]
  let charged = earlier.charged.reduce((sum, attempt) => addAmounts(sum, attempt.charged), NOTHING)
  try {
    for (let attempt = earlier.begun + 1; ; attempt += 1) {
      if (attempt > MAX_BEGUN)
        throw new WritError(
          'MODEL_FAILED',
          `The request was begun ${MAX_BEGUN} times, and nothing came back.`,
        )
      const entry = attempt === 1 && first !== undefined ? first : await enter(ports, signal)
      const sent = await once(request, ports, signal, attempt, entry)
      charged = addAmounts(charged, sent.attempt.charged)
      // What was stopped before it left is no request.
      if (sent.attempt.charged.calls > 0) attempts.push(sent.attempt)
      const waitMs = sent.outcome.ok ? null : pause(sent.outcome.error, attempt - earlier.begun, signal)
      if (waitMs === null) return { result: sent.outcome, attempts, charged }
      await sleep(waitMs, signal)
    }
  } catch (error) {
    return { result: { ok: false, error: toWritError(error) }, attempts, charged }
  }
}

async function once(
  request: Request,
  ports: AttemptPorts,
  signal: AbortSignal,
  number: number,
  entry: Entry,
): Promise<{ outcome: Sent; attempt: Attempt }> {
  let charged: Amount = NOTHING
  try {
    if (number > 1) await ports.retrying(number)
    const started = ports.monotonic()
    entry.slot.sent()
    const outcome = await send(request, ports.callModel, signal)
    const charge = chargeOf(request, outcome, signal)
    charged = charge.charged
    if (outcome.ok) ports.slots.succeeded()
    else slowDown(ports.slots, failureOf(outcome.error))
    const tookMs = Math.round(ports.monotonic() - started)
    const { item } = request
    return { outcome, attempt: { item, attempt: number, tookMs, ...charge, ...reported(request, outcome) } }
  } finally {
    entry.slot.release(totalTokens(charged))
    entry.reservation.settle(charged)
  }
}

/** A provider that throttles is asked less, and by nobody before it said. */
function slowDown(slots: ModelSlots, { status, retryAfterMs }: ModelFailure): void {
  if (status === 429) slots.throttled()
  if (retryAfterMs !== null) slots.closeFor(retryAfterMs)
}

type Sent = Attempted['result']

async function send(request: Request, callModel: ModelCaller, signal: AbortSignal): Promise<Sent> {
  const limited = new AbortController()
  const timer = setTimeout(() => {
    limited.abort(
      new WritError('MODEL_TIMEOUT', `The model did not answer within ${REQUEST_TIMEOUT_MS / 1000} s.`),
    )
  }, REQUEST_TIMEOUT_MS)
  const stop = (): void => limited.abort(signal.reason)
  const forget = onAbort(signal, stop)
  if (signal.aborted) stop()
  try {
    const reply = await callModel(request.profile.languageModel, {
      messages: request.messages,
      maxOutputTokens: request.maxOutputTokens,
      ...defined({ json: request.json }),
      headers: { 'idempotency-key': request.idempotencyKey },
      signal: limited.signal,
    })
    return { ok: true, reply }
  } catch (error) {
    const known = isWritError(error) ? error : new WritError('MODEL_FAILED', String(error), { cause: error })
    return { ok: false, error: known }
  } finally {
    clearTimeout(timer)
    forget()
  }
}

function failureOf(error: WritError): ModelFailure {
  const { status, retryAfterMs, mayHaveRun, requestId } = error.data
  return {
    status: typeof status === 'number' ? status : 0,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
    mayHaveRun: mayHaveRun !== false,
    requestId: typeof requestId === 'string' ? requestId : null,
  }
}

/** What an attempt is charged: by what was metered with a reply, its bound where it may have run without one. */
function chargeOf(
  { bound, profile }: Request,
  sent: Sent,
  signal: AbortSignal,
): { readonly charged: Amount; readonly chargedAs: ChargedAs } {
  if (sent.ok) return chargeFor({ bound, price: profile.price, ...metered(sent.reply) })
  const { mayHaveRun, status } = failureOf(sent.error)
  if (mayHaveRun) return { charged: bound, chargedAs: 'bound' }
  const unsent = signal.aborted && status === 0
  return { charged: unsent ? NOTHING : { ...NOTHING, calls: 1 }, chargedAs: 'nothing' }
}

/** What is known of an attempt from the provider's side. */
function reported(
  { messages }: Request,
  sent: Sent,
): Omit<Attempt, 'item' | 'attempt' | 'tookMs' | 'charged' | 'chargedAs'> {
  if (!sent.ok) {
    const { status, requestId } = failureOf(sent.error)
    return { status, requestId, ...unmetered(messages) }
  }
  const { status, requestId } = sent.reply
  return { status, requestId, ...metered(sent.reply) }
}

/** What was metered of an attempt that brought a reply. */
function metered({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  sentBytes,
  receivedBytes,
}: ModelReply): Omit<Metering, 'bound' | 'price'> {
  return {
    meteredInputTokens: inputTokens,
    meteredOutputTokens: outputTokens,
    ...defined({ meteredCachedTokens: cachedInputTokens }),
    sentBytes,
    receivedBytes,
  }
}

/** An attempt of a process that died: it may have been sent. */
export function attemptInDoubt(item: number, attempt: number, messages: Texts, charged: Amount): Attempt {
  const how = { status: 0, tookMs: 0, chargedAs: 'bound', requestId: null } as const
  return { item, attempt, charged, ...how, ...unmetered(messages) }
}

/** The metering of an attempt that brought no reply. */
function unmetered(
  messages: Texts,
): Pick<Attempt, 'meteredInputTokens' | 'meteredOutputTokens' | 'sentBytes' | 'receivedBytes'> {
  return {
    meteredInputTokens: null,
    meteredOutputTokens: null,
    sentBytes: textBytes(messages),
    receivedBytes: 0,
  }
}

/** How long to wait before the next attempt, or null when there is none. */
function pause(error: WritError, attempt: number, signal: AbortSignal): number | null {
  if (signal.aborted || attempt >= MAX_ATTEMPTS || !error.retryable) return null
  const asked = failureOf(error).retryAfterMs
  if (asked !== null) return asked <= LONGEST_WAIT_MS ? asked : null
  return Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** (attempt - 1))
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
