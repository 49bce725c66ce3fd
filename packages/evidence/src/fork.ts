import type { Det, ModelRole, RecordedModel } from '@writ/contract'

type Opening = Det['run.open']

/**
 * The models that a record was made with, the root's first and that of sub-calls last: those of the run it was forked
 * from for a record that the two share, else the run's own.
 */
export function modelsAt({ fork, models }: Opening, seq: number): readonly RecordedModel[] {
  return fork !== undefined && seq < fork.records ? fork.models : models
}

/** The models that may be asked at a record for each role, in the order in which they are asked. */
export function modelListsAt(
  run: Opening,
  seq: number,
): Readonly<Record<ModelRole, readonly RecordedModel[]>> {
  const { fork } = run
  const { models, fallbacks, verifier } = fork !== undefined && seq < fork.records ? fork : run
  const sub = [...models.slice(-1), ...(fallbacks?.sub ?? [])]
  return { root: [...models.slice(0, 1), ...(fallbacks?.root ?? [])], sub, verifier: verifier ?? sub }
}

/** Whether a frame that checks claims has models of its own at a record, and so no others. */
export function hasVerifierAt(run: Opening, seq: number): boolean {
  const { fork } = run
  return (fork !== undefined && seq < fork.records ? fork : run).verifier !== undefined
}

/** Every model that a run may ask, in both parts of a forked one. */
export function allModels({ fork, ...own }: Opening): readonly RecordedModel[] {
  return [...(fork === undefined ? [] : everyModel(fork)), ...everyModel(own)]
}

/** The models of every role, each as often as a list has it. */
export function everyModel({
  models,
  fallbacks,
  verifier = [],
}: Pick<Opening, 'models' | 'fallbacks' | 'verifier'>): readonly RecordedModel[] {
  return [...models, ...(fallbacks?.root ?? []), ...(fallbacks?.sub ?? []), ...verifier]
}
