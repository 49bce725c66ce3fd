/** Checks that are asked for by name. */
export const NAMED_CHECKS = ['citations', 'claims'] as const

/**
 * What may be checked of a release before it leaves. `citations`: every leaf of the value stands in a citation or was computed
 * by an exact plan. `claims`: a verifier frame looks in the corpus for what each claim rests on. `validators`: the value
 * passes those that were given; one that does not is never released.
 */
export const CHECKS = ['citations', 'claims', 'validators'] as const

export type NamedCheck = (typeof NAMED_CHECKS)[number]

export type CheckName = (typeof CHECKS)[number]

export const CHECK_OUTCOMES = ['passed', 'failed', 'undone'] as const

/** What a check came to, as it is recorded: no content. */
export interface RecordedCheck {
  readonly check: CheckName
  readonly outcome: (typeof CHECK_OUTCOMES)[number]
  /** Leaves or claims that were looked at, and those of them that did not pass. */
  readonly checked: number
  readonly failed: number
  /** Why it was not done; null when it was. */
  readonly code: string | null
}

/** What a check came to, as an answer tells it. */
export interface Check extends RecordedCheck {
  /** What did not pass, in words; the first 20. */
  readonly problems: readonly string[]
}

/** A check in a few words: `claims failed: 1 of 3`. */
export function checkInWords({ check, outcome, checked, failed, code }: RecordedCheck): string {
  if (outcome === 'undone') return `${check} not checked: ${code ?? 'unknown'}`
  return outcome === 'passed'
    ? `${check} passed: ${checked} of ${checked}`
    : `${check} failed: ${failed} of ${checked}`
}
