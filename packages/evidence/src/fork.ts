import type { Det, RecordedModel } from '@writ/contract'

/**
 * The models that a record was made with, the root's first and that of sub-calls last: those of the run it was forked
 * from for a record that the two share, else the run's own.
 */
export function modelsAt({ fork, models }: Det['run.open'], seq: number): readonly RecordedModel[] {
  return fork !== undefined && seq < fork.records ? fork.models : models
}
