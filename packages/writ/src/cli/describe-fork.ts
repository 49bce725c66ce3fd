import { counted, dollars } from '@writ/contract'
import type { ForkView } from '../index.ts'

/** What a forked run shares, in a line. */
export function describeFork({ run, at, records, charged }: ForkView): string {
  const { calls, costMicroUsd } = charged
  const paid = `${counted(calls, 'model call')} (${dollars(costMicroUsd)}) that ${calls === 1 ? 'was' : 'were'} paid there`
  return `from ${run} at ${at.lane}/${at.n}: ${counted(records, 'record')} shared, with ${paid}`
}
