import {
  asSentence,
  type ErrorCode,
  type GuestError,
  type ItemOutcome,
  toWritError,
  WritError,
} from '@writ/contract'

/** Items of a batch failed. The error keeps every result that came back. */
class BatchError extends WritError {
  readonly results: string

  constructor(message: string, results: string) {
    super('BATCH_FAILED', message)
    this.results = results
  }
}

/** Values of a batch in order, as JSON text. When one failed, throws an error that keeps every completed result. */
export function batchJson<T>(
  outcomes: readonly ItemOutcome<T>[],
  settle: boolean,
  json: (value: T) => string,
): string {
  const failed = outcomes.filter((outcome) => !outcome.ok)
  if (!settle && failed.length === 0)
    return list(outcomes.map((outcome) => (outcome.ok ? json(outcome.value) : 'null')))
  const results = list(
    outcomes.map((outcome) =>
      outcome.ok
        ? `{"ok":true,"value":${json(outcome.value)}}`
        : `{"ok":false,"error":${errorJson(outcome.error)}}`,
    ),
  )
  if (settle) return results
  const codes = [...new Set(failed.map((outcome) => (outcome.ok ? '' : outcome.error.code)))].join(', ')
  throw new BatchError(
    `${failed.length} of ${outcomes.length} items failed (${codes}); \`results\` keeps the others.`,
    results,
  )
}

/** What a guest can do about a failed call: it is not told what the provider said. */
const AFTER_A_FAILED_CALL = 'Ask again or otherwise, or go on without it.'

/** An error as the guest sees it: a type it can catch, and what to do. */
export function guestError(thrown: unknown): GuestError {
  const error = toWritError(thrown)
  const { code, message, data } = error
  const next = isProviders(code) ? AFTER_A_FAILED_CALL : error.next
  if (error instanceof BatchError)
    return { name: 'BatchError', message, dataJson: `{"code":"${code}","results":${error.results}}` }
  return {
    name: guestName(code),
    message: `${asSentence(guestMessage(error))} ${next}`,
    dataJson: JSON.stringify({ code, ...data }),
  }
}

function errorJson(error: WritError): string {
  const { code, data } = error
  return JSON.stringify({ name: guestName(code), code, message: guestMessage(error), ...data })
}

/** What a provider says of a failure stays outside: its words belong to no document, and could be anything. */
function guestMessage({ code, message, data }: WritError): string {
  if (!isProviders(code)) return message
  const { status } = data
  return typeof status === 'number' && status > 0
    ? `The model call failed with status ${status}.`
    : 'The model call failed.'
}

function isProviders(code: ErrorCode): boolean {
  return code === 'MODEL_FAILED' || code === 'MODEL_REJECTED'
}

/** `POLICY_DENIED` is `PolicyDenied` in the guest. */
function guestName(code: ErrorCode): string {
  return code
    .split('_')
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join('')
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`
}
