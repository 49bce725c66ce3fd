import { WritError } from './errors.ts'

/**
 * What may be checked of a release before it leaves. `citations`: every leaf of the value stands in a citation or was computed
 * by an exact plan. `claims`: a verifier frame looks in the corpus for what each claim rests on. `votes`: other frames answer the
 * same question, and most of them say what the value says. `validators`: the value passes those that were given; one that does
 * not is never released.
 */
export const CHECKS = ['citations', 'claims', 'votes', 'validators'] as const

export type CheckName = (typeof CHECKS)[number]

/** A check as it is asked for by name: `votes:3` compares three answers. Validators are given, not named. */
export type AskedCheck = Exclude<CheckName, 'votes' | 'validators'> | `votes:${number}`

/** The profile of the frames whose answers are votes. */
export const VOTER = 'voter'

/** Answers that may be compared. One is no vote, and more than nine cost more than they tell. */
export const LEAST_VOTES = 2
export const MOST_VOTES = 9

/** The checks that are asked for, each once, in the order of `CHECKS`; `votes` is how many answers are compared. */
export interface AskedChecks {
  readonly checks: readonly CheckName[]
  readonly votes?: number
  /** Citations are looked for sentence by sentence. */
  readonly leaves?: 'sentences'
}

/** Reads the checks of a question. Throws `USAGE`. */
export function readChecks(asked: readonly string[]): AskedChecks {
  const names = new Set<CheckName>()
  let votes: number | undefined
  for (const text of asked) {
    const [name = '', count] = text.split(':', 2)
    const known = CHECKS.find((check) => check === name && check !== 'validators')
    if (known === undefined || (known !== 'votes' && text !== name))
      throw usage(`There is no check "${text}"; there are citations, claims and votes:<count>.`)
    names.add(known)
    if (known !== 'votes') continue
    const said = /^[1-9]\d?$/.test(count ?? '') ? Number(count) : 0
    if (text !== `votes:${said}` || said < LEAST_VOTES || said > MOST_VOTES)
      throw usage(
        `"${text}" does not say how many answers are compared: write votes:3, from votes:${LEAST_VOTES} to votes:${MOST_VOTES}.`,
      )
    if (votes !== undefined && votes !== said) throw usage(`Votes are asked for twice: ${votes} and ${said}.`)
    votes = said
  }
  const checks = CHECKS.filter((check) => names.has(check))
  return {
    checks,
    ...(votes === undefined ? {} : { votes }),
    ...(names.has('citations') ? { leaves: 'sentences' } : {}),
  }
}

function usage(message: string): WritError {
  return new WritError('USAGE', message)
}

export const CHECK_OUTCOMES = ['passed', 'failed', 'undone'] as const

/** How answers were compared. */
export interface Votes {
  /** Answers that were to be compared at most. Asking stops when the others could change nothing. */
  readonly asked: number
  /** Answers that came, the first one of the root among them. */
  readonly came: number
  /** Those of them that say the same as the value at every leaf. */
  readonly agreeing: number
  /** Leaves that were asked for again, one by one, because the answers differ there. */
  readonly again: number
}

/** What a check came to, as it is recorded: no content. */
export interface RecordedCheck {
  readonly check: CheckName
  readonly outcome: (typeof CHECK_OUTCOMES)[number]
  /** Leaves or claims that were looked at, and those of them that did not pass. */
  readonly checked: number
  readonly failed: number
  /** Why it was not done; null when it was. */
  readonly code: string | null
  /** Of the check `votes` alone. */
  readonly votes?: Votes
}

/** What a check came to, as an answer tells it. */
export interface Check extends RecordedCheck {
  /** What did not pass, in words, or where answers differ; the first 20. */
  readonly problems: readonly string[]
}

const NO_MODEL = 'a model failed at it'

/** Why a check was not done, by its code. */
const UNDONE: ReadonlyMap<string, string> = new Map([
  ['SEALED', 'part of the answer is sealed'],
  ['TOO_LONG', 'the answer is too long for it'],
  ['NO_ANSWER', 'who was to check came to nothing'],
  ['NO_PROGRESS', 'who was to check went in circles'],
  ['BUDGET_EXCEEDED', 'a limit left no room for it'],
  ['DEPTH_EXCEEDED', 'frames may not be nested deeper'],
  ['TIMED_OUT', 'there was no time left'],
  ['POLICY_DENIED', 'policy refused it'],
  ['MODEL_FAILED', NO_MODEL],
  ['MODEL_REJECTED', NO_MODEL],
  ['MODEL_TIMEOUT', NO_MODEL],
])

function undoneInWords(code: string | null): string {
  if (code === null) return 'nothing says why'
  const words = UNDONE.get(code)
  return words === undefined ? code : `${words} (${code})`
}

/** A check in a few words: `claims failed: 1 of 3 that a verifier named`. */
export function checkInWords({ check, outcome, checked, failed, code, votes }: RecordedCheck): string {
  if (outcome === 'undone') return `${check} not checked: ${undoneInWords(code)}`
  const counted =
    outcome === 'passed'
      ? `${check} passed: ${checked} of ${checked}`
      : `${check} failed: ${failed} of ${checked}`
  // Which claims there are is a verifier's word, and so is each verdict.
  if (check === 'claims') return `${counted} that a verifier named`
  if (votes === undefined) return counted
  const again = votes.again === 0 ? '' : `, ${votes.again} asked again`
  return `${counted}${again} (${votes.agreeing} of ${votes.came} answers agree throughout, at most ${votes.asked} asked)`
}
