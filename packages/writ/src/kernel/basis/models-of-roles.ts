import { defined, type ModelProfile } from '@writ/contract'
import type { Fallbacks, RunModels } from './ports.ts'

/** What was opened for each role. */
export interface OpenedModels {
  readonly root: ModelProfile
  readonly sub: ModelProfile
  readonly fallbacks: Fallbacks | undefined
  /** None for a verifier that has those of sub-calls. */
  readonly verifier: readonly ModelProfile[]
}

/** The models of a run: a role that nothing was opened for is left out. */
export function modelsOfRoles({
  root,
  sub,
  fallbacks,
  verifier: [first, ...others],
}: OpenedModels): RunModels {
  const verifier = first === undefined ? undefined : ([first, ...others] as const)
  return { root, sub, ...defined({ fallbacks, verifier }) }
}
