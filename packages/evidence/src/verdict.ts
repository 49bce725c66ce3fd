import { isWritError, WritError } from '@writ/contract'
import { VERDICT_CODES, type VerdictCode } from './verdict-codes.ts'

/** The verdicts in the order they are reported. */
export const VERDICT_NAMES = [
  'INTEGRITY',
  'AUTHORITY',
  'COMPLETENESS',
  'WITNESSED',
  'POLICY',
  'DISCLOSURE',
  'REPLAY',
] as const

export type VerdictName = (typeof VERDICT_NAMES)[number]

export interface Verdict {
  readonly name: VerdictName
  readonly result: 'pass' | 'fail' | 'not-evaluated'
  readonly code: VerdictCode
  readonly detail: string
  /** `file`, or `file#` and a JSON pointer (records count as one array); null when it is nowhere in particular. */
  readonly at: string | null
}

/** What `verify --json` prints. */
export interface VerdictReport {
  readonly schema: 'writ.verdict/1'
  /** Nothing failed, and of INTEGRITY, AUTHORITY and COMPLETENESS every one asked for passed. */
  readonly ok: boolean
  readonly verdicts: readonly Verdict[]
}

/** Ends a check: throws `VERIFICATION_FAILED` with the verdict's code and place in `data`. */
export function refuse(code: VerdictCode, detail: string, at: string | null): never {
  throw new WritError('VERIFICATION_FAILED', detail, { data: { code, at } })
}

/** Runs the checks of one verdict; what they return is the detail of a pass, what they throw makes it fail. */
export function judge(name: VerdictName, checks: () => string): Verdict {
  try {
    return { name, result: 'pass', code: 'OK', detail: checks(), at: null }
  } catch (error) {
    return failed(name, error)
  }
}

/** The failed verdict an error makes. Anything unforeseen fails too: hostile bytes never pass by breaking a check. */
export function failed(name: VerdictName, error: unknown): Verdict {
  const detail = error instanceof Error ? error.message : String(error)
  const { code, at } = isWritError(error) ? error.data : {}
  const known = typeof code === 'string' && Object.hasOwn(VERDICT_CODES, code)
  return {
    name,
    result: 'fail',
    code: known ? (code as VerdictCode) : 'INTERNAL',
    detail,
    at: typeof at === 'string' ? at : null,
  }
}

export function notEvaluated(name: VerdictName, code: VerdictCode): Verdict {
  return { name, result: 'not-evaluated', code, detail: VERDICT_CODES[code], at: null }
}

/** What was made, or what was thrown instead. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }

export function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { ok: true, value: make() }
  } catch (error) {
    return { ok: false, error }
  }
}

/** The value of an attempt; throws what it threw. */
export function resultOf<T>(attempted: Attempt<T>): T {
  if (!attempted.ok) throw attempted.error
  return attempted.value
}
