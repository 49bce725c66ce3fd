import type { CheckName, Det } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

type RecordedChecks = NonNullable<Det['output.release']['checks']>

/**
 * What a release says of its checks: those the run asked for were done, each says one thing, claims were not looked at
 * without a verifier that came back since the release before, nor are validators passed that were not run since then.
 */
export function checkChecks(
  { det }: RecordOf<'output.release'>,
  lane: Pick<Lane, 'verified' | 'validated'>,
  asked: readonly CheckName[] = [],
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

/** A run that checks with validators names them. */
export function checkAsked({ checks = [], validators }: Det['run.open'], at: string): void {
  if (checks.includes('validators') !== (validators !== undefined))
    differs('The check of validators comes with those.', `${at}/det/validators`)
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
