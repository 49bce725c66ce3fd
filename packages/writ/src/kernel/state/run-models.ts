import { type ModelProfile, WritError } from '@writ/contract'
import type { RunModels } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'
import type { ModelList } from './model-list.ts'
import type { RunState } from './run-state.ts'

/** What a frame has its model for: the root's, or that of sub-calls and children. */
export type ModelRole = 'root' | 'sub'

/** The models a step is taken with: where a run shares another's steps, those of the other. */
export function modelsOf({ fork, models }: RunState, step: StepId): RunModels {
  return fork?.shares(step) === true ? fork.models : models
}

/** The models that are asked for a role at a step, in order. */
export function modelList(state: RunState, step: StepId, role: ModelRole): ModelList {
  const { fallbacks, ...models } = modelsOf(state, step)
  return [models[role], ...(fallbacks?.[role] ?? [])]
}

/** The model that a request of a step names, among those of the run; the one for sub-calls when it names none. */
export function chooseModel(
  state: RunState,
  step: StepId,
  id: string | undefined,
): { readonly role: ModelRole; readonly model: ModelProfile } {
  const now = modelsOf(state, step)
  // Code that was written before a fork may name the models of then.
  const role = roleIn(now, id) ?? (state.fork && roleIn(state.fork.models, id))
  if (role !== undefined) return { role, model: now[role] }
  const ids = [...new Set([now.root.id, now.sub.id])]
  const had = ids.length === 1 ? 'model' : 'models'
  throw new WritError('UNKNOWN_MODEL', `This run has the ${had} ${ids.join(' and ')}, not "${id}".`, {
    next: 'Name one that it has, or none.',
  })
}

function roleIn({ root, sub }: RunModels, id: string | undefined): ModelRole | undefined {
  if (id === undefined || id === sub.id) return 'sub'
  return id === root.id ? 'root' : undefined
}
