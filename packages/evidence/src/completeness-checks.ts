import type { CheckName, Det } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

type RecordedChecks = NonNullable<Det['output.release']['checks']>

/**
 * What a release says of its checks: those the run asked for were done, each says one thing, claims were not looked at
 * without a verifier that came back since the release before, nor are validators passed that were not run since then, and no
 * more votes are counted than voters came back.
 */
export function checkChecks(
  { det }: RecordOf<'output.release'>,
  lane: Pick<Lane, 'verified' | 'validated' | 'voted'>,
  { checks: asked = [], votes }: Pick<Det['run.open'], 'checks' | 'votes'>,
  at: string,
): void {
  const { checks, problems, outcome } = det
  if ((checks === undefined) !== (problems === undefined))
    differs('Checks come with what did not pass them.', `${at}/det/problems`)
  const done = checks ?? []
  if ((outcome === 'ok' || done.length > 0) && !sameNames(done, asked))
    differs(`The run asks for the checks ${asked.join(', ') || 'none'}.`, `${at}/det/checks`)
  for (const [i, check] of done.entries()) {
    if (check.outcome !== outcomeOf(check))
      differs(`${check.check} is said to be ${check.outcome}, and is not.`, `${at}/det/checks/${i}/outcome`)
    if (check.check === 'claims' && check.outcome !== 'undone')
      requireVerified(check, lane, `${at}/det/checks/${i}`)
    checkVotes(check, lane.voted, votes, `${at}/det/checks/${i}`)
    if (check.check === 'validators' && (check.outcome !== 'passed' || !lane.validated))
      differs('Validators are said to be passed, and were not.', `${at}/det/checks/${i}`)
  }
  if (det.code === 'CHECKS_FAILED' && done.every((check) => check.outcome !== 'failed'))
    differs('The release is said not to pass its checks, and none failed.', `${at}/det/code`)
  lane.verified = false
  lane.validated = false
}

/** A verifier names one claim at least, and each release has a verifier of its own. */
function requireVerified(
  check: RecordedChecks[number],
  { verified }: Pick<Lane, 'verified'>,
  at: string,
): void {
  if (!verified) differs('Claims are said to be checked, and no verifier came back.', at)
  if (check.checked === 0) differs('Claims are said to be checked, and there were none.', `${at}/checked`)
}

/** Votes are told of by their check alone: the first answer of the root, and those of voters that came back with a value. */
function checkVotes(
  { check, outcome, votes }: RecordedChecks[number],
  voted: number,
  asked: number | undefined,
  at: string,
): void {
  if ((votes !== undefined) !== (check === 'votes'))
    differs('How answers were compared is said of votes and of nothing else.', at)
  if (votes === undefined) return
  if (votes.asked !== asked)
    differs(`The run asks for ${asked ?? 0} votes, not ${votes.asked}.`, `${at}/votes/asked`)
  const { came, agreeing, again } = votes
  const voters = Math.max(0, came - 1) + (again > 0 ? 1 : 0)
  if (came > asked || voters > voted)
    differs(`${voters} voters are counted, and ${voted} came back.`, `${at}/votes/came`)
  if (agreeing > came) differs(`${agreeing} of ${came} answers are said to agree.`, `${at}/votes/agreeing`)
  if (outcome !== 'undone' && 2 * came <= asked)
    differs(`${came} of ${asked} answers are no majority, and are said to be compared.`, `${at}/votes/came`)
}

/** A run that checks with validators names them, and one that asks for votes says how many. */
export function checkAsked(
  {
    checks = [],
    validators,
    votes,
    verifier,
  }: Pick<Det['run.open'], 'checks' | 'validators' | 'votes' | 'verifier'>,
  at: string,
): void {
  if (checks.includes('validators') !== (validators !== undefined))
    differs('The check of validators comes with those.', `${at}/det/validators`)
  if (checks.includes('votes') !== (votes !== undefined))
    differs('A number of votes comes with the check that counts them.', `${at}/det/votes`)
  if (verifier !== undefined && (verifier.length === 0 || !checks.includes('claims')))
    differs('Models of a verifier come with the check of claims, one at least.', `${at}/det/verifier`)
}

/** The leaves that a check found in no citation are those that the close counts. */
export function checkSupported(
  checks: RecordedChecks | undefined,
  support: Det['run.close']['support'],
  at: string,
): void {
  const failed = checks?.find(({ check }) => check === 'citations')?.failed
  if (failed !== undefined && support !== null && failed !== support.unsupported)
    differs(`The check of citations found ${failed} leaves unsupported.`, `${at}/det/support/unsupported`)
}

function outcomeOf({
  code,
  checked,
  failed,
}: RecordedChecks[number]): RecordedChecks[number]['outcome'] | null {
  if (code !== null) return checked === 0 && failed === 0 ? 'undone' : null
  if (failed > checked) return null
  return failed === 0 ? 'passed' : 'failed'
}

function sameNames(done: RecordedChecks, asked: readonly CheckName[]): boolean {
  return (
    done
      .map(({ check }) => check)
      .sort()
      .join() === [...asked].sort().join()
  )
}

function differs(detail: string, at: string): never {
  refuse('CHECK_DIFFERS', detail, at)
}
