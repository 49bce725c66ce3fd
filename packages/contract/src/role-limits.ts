import type { Limits } from './budget.ts'
import { VOTER } from './checks.ts'
import type { FrameRole } from './frame.ts'

/** Limits of one frame of a role, over those of any frame: a frame that votes has those of the root. */
export const ROLE_LIMITS: readonly (
  | 'maxWorkerTurns'
  | 'maxWorkerCalls'
  | 'maxVerifierTurns'
  | 'maxVerifierCalls'
)[] = ['maxWorkerTurns', 'maxWorkerCalls', 'maxVerifierTurns', 'maxVerifierCalls']

/** The role of a frame, by the policy profile that it was opened under. */
export function roleOfProfile(profile: string): FrameRole {
  if (profile === 'verifier') return 'verifier'
  return profile === 'orchestrator' || profile === VOTER ? 'orchestrator' : 'worker'
}

/** Whether frames of a profile check the claims of another. */
export function isVerifier(profile: string): boolean {
  return roleOfProfile(profile) === 'verifier'
}

/** Turns that a frame of a role may take. */
export function mostTurns(limits: Limits, role: FrameRole): number {
  const { maxTurns, maxWorkerTurns = maxTurns, maxVerifierTurns = maxTurns } = limits
  const own = { orchestrator: maxTurns, worker: maxWorkerTurns, verifier: maxVerifierTurns }
  return Math.min(maxTurns, own[role])
}

/** Sub-calls and child frames that a frame of a role may ask for in all; null where its role has no limit. */
export function mostFanOut(limits: Limits, role: FrameRole): number | null {
  const { maxWorkerCalls = null, maxVerifierCalls = null } = limits
  return { orchestrator: null, worker: maxWorkerCalls, verifier: maxVerifierCalls }[role]
}
