import { isVerifier, type ModelProfile, type ModelRole, type ProfileFacts, WritError } from '@writ/contract'
import type { ModelList } from '../basis/model-list.ts'
import type { RunModels } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'
import type { RunState } from './run-state.ts'

/** The models a step is taken with: where a run shares another's steps, those of the other. */
export function modelsOf({ fork, models }: RunState, step: StepId): RunModels {
  return fork?.shares(step) === true ? fork.models : models
}

/** The models that are asked for a role at a step, in order. */
export function modelList(state: RunState, step: StepId, role: ModelRole): ModelList {
  const { fallbacks, verifier, ...models } = modelsOf(state, step)
  if (role === 'verifier') return verifier ?? [models.sub, ...(fallbacks?.sub ?? [])]
  return [models[role], ...(fallbacks?.[role] ?? [])]
}

interface Chosen {
  readonly role: ModelRole
  readonly model: ModelProfile
}

/**
 * The model that a request of a step names, among those of the run; the one for sub-calls when it names none. A frame that
 * checks claims, by its profile, has its own alone, where the run has one.
 */
export function chooseModel(
  state: RunState,
  step: StepId,
  id: string | undefined,
  profile: ProfileFacts,
): Chosen {
  const now = modelsOf(state, step)
  if (isVerifier(profile.id) && (id === undefined || now.verifier !== undefined)) {
    const [own] = modelList(state, step, 'verifier')
    if (id === undefined || id === own.id || id === state.fork?.models.verifier?.[0].id)
      return { role: 'verifier', model: own }
    throw unknownModel([own.id], id)
  }
  // Code that was written before a fork may name the models of then.
  const role = roleIn(now, id) ?? (state.fork && roleIn(state.fork.models, id))
  if (role !== undefined) return { role, model: now[role] }
  throw unknownModel([...new Set([now.root.id, now.sub.id])], id)
}

function unknownModel(ids: readonly string[], id: string | undefined): WritError {
  const had = ids.length === 1 ? 'model' : 'models'
  return new WritError('UNKNOWN_MODEL', `This run has the ${had} ${ids.join(' and ')}, not "${id}".`, {
    next: 'Name one that it has, or none.',
  })
}

function roleIn({ root, sub }: RunModels, id: string | undefined): 'root' | 'sub' | undefined {
  if (id === undefined || id === sub.id) return 'sub'
  return id === root.id ? 'root' : undefined
}
