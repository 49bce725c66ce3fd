import type { Label } from '@writ/contract'
import type { RunSource } from '../run-source.ts'
import type { RunSteps, Step } from '../steps/run-steps.ts'

/** Why content of a label, of a lane that had touched these partitions, is not shown; null when it is. */
export type Withhold = (label: Label, touched: ReadonlySet<string>) => Promise<string | null>

/** Why the content of a step is not shown, by its place; null where it is. */
export type Reasons = ReadonlyMap<string, string | null>

/** Asks of every step whether its content may be shown. */
export async function askOfEach({ steps }: RunSteps, withhold: Withhold): Promise<Reasons> {
  const reasons = new Map<string, string | null>()
  for (const step of steps) reasons.set(placeOf(step), await withhold(step.label, step.touched))
  return reasons
}

export function placeOf({ lane, n }: Pick<Step, 'lane' | 'n'>): string {
  return `${lane}/${n}`
}

/** A run without what lies beside the steps that are withheld. INVARIANT: a report reads its texts through this alone. */
export function gated(source: RunSource, reasons: Reasons): RunSource {
  const open = (path: string): boolean => reasons.get(path.split('/', 2).join('/')) === null
  return {
    ...source,
    text: async (path) => (open(path) ? await source.text(path) : undefined),
    paths: async (prefix) => (await source.paths(prefix)).filter(open),
  }
}
