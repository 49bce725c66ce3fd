import type { Det } from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import { RECORDS } from './evidence-layout.ts'
import { refuse } from './verdict.ts'

/** A model keeps what it is through a fork: policy sees it by its name. */
export function checkForkModels({ fork, models }: Det['run.open']): void {
  const other = fork?.models.find((model) => {
    const now = models.find(({ id }) => id === model.id)
    return now !== undefined && canonicalJson(now) !== canonicalJson(model)
  })
  if (other !== undefined)
    refuse(
      'BAD_FORK',
      `The model ${other.id} is not the same in both parts.`,
      `${RECORDS}#/0/det/fork/models`,
    )
}

/** A fork shares a record at least, and no more than it has when it closes with record `seq`. */
export function checkForkRecords({ fork }: Det['run.open'], seq: number): void {
  if (fork === undefined || (fork.records > 0 && fork.records <= seq)) return
  const place = `${RECORDS}#/0/det/fork/records`
  refuse('BAD_FORK', `The run shares ${fork.records} records and closes with record ${seq}.`, place)
}
