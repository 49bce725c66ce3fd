import { counted, whole } from './amounts.ts'
import type { ReusedItems } from './record.ts'

/** What a model call did not send, as its record says. */
export interface Unsent {
  readonly reused: readonly ReusedItems[]
  readonly merged: number
}

/** How many requests a call did not send. */
export function unsentCalls({ reused, merged }: Unsent): number {
  return reused.reduce((sum, { items }) => sum + items, merged)
}

/** What a call did not send, in words: by which steps it is answered, and how many equal requests were asked once. */
export function unsentInWords({ reused, merged }: Unsent): readonly string[] {
  const steps = [...new Set(reused.map(({ lane, n }) => `${lane}/${n}`))]
  const items = unsentCalls({ reused, merged: 0 })
  const [first = '', ...more] = steps
  const others = more.length === 0 ? '' : ` and ${whole(more.length)} more`
  return [
    ...(items === 0 ? [] : [`${counted(items, 'request')} answered by step ${first}${others}`]),
    ...(merged === 0 ? [] : [`${counted(merged, 'equal request')} asked once`]),
  ]
}
