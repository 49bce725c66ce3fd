import type { Det, RecordedModel } from '@writ/contract'

type Opening = Det['run.open']

/**
 * The models that a record was made with, the root's first and that of sub-calls last: those of the run it was forked
 * from for a record that the two share, else the run's own.
 */
export function modelsAt({ fork, models }: Opening, seq: number): readonly RecordedModel[] {
  return fork !== undefined && seq < fork.records ? fork.models : models
}

/** The models that may be asked at a record for the root and for sub-calls, each list in the order in which they are asked. */
export function modelListsAt(run: Opening, seq: number): readonly (readonly RecordedModel[])[] {
  const { fork } = run
  const { fallbacks } = fork !== undefined && seq < fork.records ? fork : run
  const models = modelsAt(run, seq)
  const [root, sub] = [models.slice(0, 1), models.slice(-1)]
  return [
    [...root, ...(fallbacks?.root ?? [])],
    [...sub, ...(fallbacks?.sub ?? [])],
  ]
}

/** Every model that a run may ask, in both parts of a forked one. */
export function allModels({ models, fallbacks, fork }: Opening): readonly RecordedModel[] {
  const other = fork === undefined ? [] : [...fork.models, ...standIns(fork.fallbacks)]
  return [...other, ...models, ...standIns(fallbacks)]
}

function standIns(fallbacks: Opening['fallbacks']): readonly RecordedModel[] {
  return fallbacks === undefined ? [] : [...fallbacks.root, ...fallbacks.sub]
}
