import { APICallError } from '@ai-sdk/provider'
import { isWritError, LONGEST_WAIT_MS, type ModelFailure, size, WritError, whole } from '@writ/contract'
import { errorCode } from './hide-key.ts'
import { retryAfterMs } from './retry-after.ts'
import { unreadableReply } from './unreadable-reply.ts'
import { MAX_REPLY_BYTES, REPLY_TOO_LARGE } from './whole-reply.ts'

const RETRYABLE_4XX = new Set([408, 409, 425, 429])

/** Errors that happen before a request can have left this machine. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|ENETUNREACH|NOT_CONNECTED|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|.*SELF_SIGNED_CERT.*|UNABLE_TO_.*)$/

const MAX_MESSAGE = 400

/** Names what went wrong with one request: `MODEL_FAILED`, `MODEL_REJECTED`, `MODEL_TIMEOUT`, or why it was aborted. */
export function callFailure(error: unknown, signal: AbortSignal, nowMs: number): WritError {
  if (signal.aborted) return aborted(signal.reason)
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 300) {
    return refusedByStatus(error, error.statusCode, nowMs)
  }
  return withoutStatus(error)
}

/** A reply that arrived whole and is of no use. It was processed, so it may be charged. */
export function uselessReply(
  code: 'MODEL_FAILED' | 'MODEL_REJECTED',
  what: string,
  requestId: string | null,
): WritError {
  return failure(code, what, { status: 200, retryAfterMs: null, mayHaveRun: true, requestId })
}

/** A failure before anything was sent because the caller had already given up. */
export function notSent(signal: AbortSignal): WritError {
  return aborted(signal.reason, false)
}

function aborted(reason: unknown, mayHaveRun = true): WritError {
  const data: ModelFailure = { status: 0, retryAfterMs: null, mayHaveRun, requestId: null }
  if (isWritError(reason)) {
    return new WritError(reason.code, reason.message, { data: { ...reason.data, ...data } })
  }
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError'
  return timedOut
    ? failure('MODEL_TIMEOUT', 'The model did not answer in time.', data)
    : new WritError('INTERRUPTED', 'The model call was cancelled.', { data: { ...data } })
}

function refusedByStatus(error: APICallError, status: number, nowMs: number): WritError {
  const retryable = status >= 500 || RETRYABLE_4XX.has(status)
  // A gateway that gave up waiting says nothing about the server behind it, nor does an error cut off in the middle.
  const inDoubt = status === 504 || (status >= 500 && error.responseBody === undefined)
  const waitMs = retryAfterMs(error.responseHeaders, nowMs)
  const wait =
    waitMs === null || waitMs <= LONGEST_WAIT_MS
      ? ''
      : `. It asks to wait ${whole(Math.ceil(waitMs / 1000))} s.`
  return failure(
    retryable ? 'MODEL_FAILED' : 'MODEL_REJECTED',
    `The provider answered ${status}: ${error.message === '' ? 'no reason given' : error.message}${wait}`,
    {
      status,
      retryAfterMs: waitMs,
      mayHaveRun: inDoubt,
      requestId: requestIdOf(error.responseHeaders),
    },
  )
}

function withoutStatus(error: unknown): WritError {
  const answered = APICallError.isInstance(error) ? error : undefined
  const status = answered?.statusCode ?? 0
  const code = errorCode(error)
  return failure('MODEL_FAILED', whatFailed(error, status, code, answered?.responseBody), {
    status,
    retryAfterMs: null,
    mayHaveRun: status !== 0 || code === undefined || !NEVER_SENT.test(code),
    requestId: requestIdOf(answered?.responseHeaders),
  })
}

function whatFailed(error: unknown, status: number, code: string | undefined, body?: string): string {
  if (code === REPLY_TOO_LARGE)
    return `The provider's reply is larger than ${size(MAX_REPLY_BYTES)}, the most that is read of one.`
  const unreadable = unreadableReply(body)
  if (unreadable !== undefined) return unreadable
  if (status !== 0 && code !== undefined) return `The provider broke off its reply (${code}).`
  const text = error instanceof Error ? error.message : String(error)
  return status === 0 && !isInvalidReply(error)
    ? `The provider could not be reached or broke off: ${text}`
    : `The provider's reply cannot be read: ${text}`
}

/** Whether it arrived and made no sense; told by its name, since the key is taken out of a copy of the error. */
function isInvalidReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'AI_InvalidResponseDataError'
}

function failure(
  code: 'MODEL_FAILED' | 'MODEL_REJECTED' | 'MODEL_TIMEOUT',
  message: string,
  data: ModelFailure,
): WritError {
  return new WritError(code, printable(message), { data: { ...data } })
}

/** The provider's name for a request, when it is short and plain enough to be recorded. */
export function requestIdOf(
  headers: Readonly<Record<string, string>> | undefined,
  fallback?: string,
): string | null {
  const id = headers?.['x-request-id'] ?? headers?.['request-id'] ?? fallback
  return id !== undefined && /^[\x21-\x7e]{1,200}$/.test(id) ? id : null
}

function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE)}…`
}
