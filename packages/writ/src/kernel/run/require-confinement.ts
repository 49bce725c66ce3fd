import { type Confinement, type DecisionPoint, WritError } from '@writ/contract'

/** Throws `CONFINEMENT_REDUCED` when guest code is less confined than policy permits. */
export function requireConfinement(
  { bundle, confinement }: Pick<DecisionPoint, 'bundle' | 'confinement'>,
  { level, lack = 'nothing says why' }: Confinement,
): void {
  if (level === 'full' || confinement === 'reduced') return
  throw new WritError(
    'CONFINEMENT_REDUCED',
    `The policy bundle ${bundle.name} permits full confinement of guest code only, and here it is reduced: ${lack}.`,
  )
}
