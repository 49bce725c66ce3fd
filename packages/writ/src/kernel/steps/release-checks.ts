import { type Check, type CheckName, supportOf } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import { basisSoFar, type RunState } from '../state/run-state.ts'
import { checkClaims } from './check-claims.ts'
import { checkVotes } from './check-votes.ts'
import type { Candidate } from './release-candidate.ts'
import type { FrameRunners } from './spawn.ts'

/** A check of what the root releases. It may take steps, which cross the gate like any other. */
export type ReleaseCheck = (
  state: RunState,
  lane: FrameState,
  candidate: Candidate,
  runners: FrameRunners,
) => Promise<Check> | Check

/** The checks in the order in which they are done: whatever asks a model comes before what depends on the answer's basis. */
const RELEASE_CHECKS: readonly (readonly [CheckName, ReleaseCheck])[] = [
  ['validators', passedValidators],
  ['claims', checkClaims],
  ['votes', checkVotes],
  ['citations', checkSupport],
]

/** Does the checks that the run asked for, one after another. */
export async function checkRelease(
  state: RunState,
  lane: FrameState,
  candidate: Candidate,
  runners: FrameRunners,
): Promise<readonly Check[]> {
  const done: Check[] = []
  for (const [name, check] of RELEASE_CHECKS)
    if (state.checks.includes(name)) done.push(await check(state, lane, candidate, runners))
  return done
}

/** A value that does not pass its validators comes to no check at all. */
function passedValidators({ validators }: RunState): Check {
  const { length: checked } = validators
  return { check: 'validators', outcome: 'passed', checked, failed: 0, code: null, problems: [] }
}

/** Every leaf has to stand in a citation, or be computed by an exact plan. The citations themselves are read again anyway. */
function checkSupport(state: RunState, _: FrameState, { value, citations }: Candidate): Check {
  const support = supportOf(value, citations, basisSoFar(state.tally), state.bySentence)
  const { quoted, computed, unsupported: failed, unsupportedPaths } = support
  return {
    check: 'citations',
    outcome: failed === 0 ? 'passed' : 'failed',
    checked: quoted + computed + failed,
    failed,
    code: null,
    problems: unsupportedPaths.map((path) => `${leafInWords(path)} stands in no citation`),
  }
}

/** `sentence 2 of /answer`. */
function leafInWords(path: string): string {
  const [, text = path, sentence] = /^(.*)#(\d+)$/s.exec(path) ?? []
  const named = text === '' ? 'the value' : text
  return sentence === undefined ? named : `sentence ${sentence} of ${named}`
}
