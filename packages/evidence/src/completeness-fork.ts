import type { Det } from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import { RECORDS } from './evidence-layout.ts'
import { allModels } from './fork.ts'
import { refuse } from './verdict.ts'

/** A model is one thing in every list and in both parts of a fork: policy sees it by its name. */
export function checkModels(opening: Det['run.open']): void {
  const known = new Map<string, string>()
  const where = opening.fork === undefined ? 'fallbacks' : 'fork/models'
  for (const model of allModels(opening)) {
    const facts = canonicalJson(model)
    if ((known.get(model.id) ?? facts) !== facts)
      refuse('BAD_FORK', `The model ${model.id} is not the same everywhere.`, `${RECORDS}#/0/det/${where}`)
    known.set(model.id, facts)
  }
}

/** A fork shares a record at least, and no more than it has when it closes with record `seq`. */
export function checkForkRecords({ fork }: Det['run.open'], seq: number): void {
  if (fork === undefined || (fork.records > 0 && fork.records <= seq)) return
  const place = `${RECORDS}#/0/det/fork/records`
  refuse('BAD_FORK', `The run shares ${fork.records} records and closes with record ${seq}.`, place)
}
