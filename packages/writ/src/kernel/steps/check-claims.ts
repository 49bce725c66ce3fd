import { type Check, type Citation, type FrameValue, type ItemOutcome, WritError } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import type { Candidate } from './release-candidate.ts'
import { type FrameRunners, performSpawn } from './spawn.ts'

/** Characters of a value that a verifier can be told; a longer one is not checked. */
const VALUE_CHARS = 20_000
/** Citations that it is told at most. */
const CITATIONS = 50
/** Problems that an answer tells, and characters of each. */
const PROBLEMS = 20
const PROBLEM_CHARS = 300

/** What a verifier frame says of a claim. */
interface Verdict {
  readonly claim: string
  readonly supported: boolean
  readonly why: string
}

/**
 * Opens a verifier over the corpus of the frame and takes its verdicts. It is a child frame like any other: policy decides on
 * it, its label rises its parent, and it draws on the budget. A verifier that comes to nothing leaves the check undone.
 */
export async function checkClaims(
  state: RunState,
  lane: FrameState,
  candidate: Candidate,
  { child: runFrame }: FrameRunners,
): Promise<Check> {
  // What is sealed may not be shown to a child that its parent hears of.
  if (candidate.sealed.length > 0) return undone('SEALED')
  // Verdicts on the beginning of a value say nothing of the rest.
  const text = textOf(candidate)
  if (text.length > VALUE_CHARS) return undone('TOO_LONG')
  const { verifier } = state.authority
  if (verifier === undefined) throw new WritError('INTERNAL', 'The run has no profile for a verifier.')
  const request = { goal: verifierGoal(lane.goal, text, candidate), scope: 'inherit' } as const
  const inherited = lane.inherited.length
  const child = { step: lane.next(), request, profile: verifier, alone: true }
  const [outcome] = await performSpawn(state, lane, [child], runFrame, () => undefined)
  // What it cited speaks for its verdicts, not for the answer.
  lane.inherited.length = inherited
  return outcome === undefined ? undone('INTERNAL') : checkOf(outcome)
}

function checkOf(outcome: ItemOutcome<FrameValue>): Check {
  if (!outcome.ok) return undone(outcome.error.code)
  const verdicts = verdictsOf(outcome.value.valueJson)
  if (verdicts === undefined) return undone('SEALED')
  const failed = verdicts.filter(({ supported }) => !supported)
  return {
    check: 'claims',
    outcome: failed.length === 0 ? 'passed' : 'failed',
    checked: verdicts.length,
    failed: failed.length,
    code: null,
    problems: failed.slice(0, PROBLEMS).map(problemOf),
  }
}

function problemOf({ claim, why }: Verdict): string {
  return `${JSON.stringify(claim)}: ${why}`.slice(0, PROBLEM_CHARS).toWellFormed()
}

function undone(code: string): Check {
  return { check: 'claims', outcome: 'undone', checked: 0, failed: 0, code, problems: [] }
}

/**
 * Throws `INVALID_ANSWER` for what is no list of verdicts, or supports a claim without a look at the corpus. The verifier is
 * told, and may release again.
 */
export function requireVerdicts({ looked }: Pick<FrameState, 'looked'>, valueJson: string): void {
  const verdicts = verdictsOf(valueJson)
  if (verdicts === undefined)
    throw new WritError(
      'INVALID_ANSWER',
      'A verifier releases [{claim, supported, why}, …]: a text, true or false, and a text for each claim, at least one.',
    )
  if (!looked && verdicts.some(({ supported }) => supported))
    throw new WritError(
      'INVALID_ANSWER',
      'A claim is said to be supported, and nothing of the corpus was searched or read: look each claim up first.',
    )
}

function verdictsOf(valueJson: string): readonly Verdict[] | undefined {
  const value: unknown = JSON.parse(valueJson)
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.every(isVerdict) ? value : undefined
}

function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false
  const { claim, supported, why } = value as Partial<Record<keyof Verdict, unknown>>
  return typeof claim === 'string' && typeof supported === 'boolean' && typeof why === 'string'
}

function textOf({ value }: Candidate): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}

function verifierGoal(question: string, text: string, { citations }: Candidate): string {
  const cited = citations.slice(0, CITATIONS).map(citationLine)
  return [
    'Check the claims of an answer before it is given.',
    `Question:\n${question}`,
    `Answer:\n${text.toWellFormed()}`,
    ...(cited.length === 0 ? ['It cites nothing.'] : [`It cites:\n${cited.join('\n')}`]),
  ].join('\n\n')
}

function citationLine({ doc, start, end, quote }: Citation): string {
  return `[${doc} ${start}-${end}] ${JSON.stringify(quote.slice(0, PROBLEM_CHARS).toWellFormed())}`
}
