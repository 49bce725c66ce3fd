import { type Confinement, confinesAs, type DecisionPoint, WritError } from '@writ/contract'

/** Throws `CONFINEMENT_REDUCED` when guest code is less confined than policy permits. */
export function requireConfinement(
  { bundle, confinement: least = 'full' }: Pick<DecisionPoint, 'bundle' | 'confinement'>,
  { level, lack = 'nothing says why' }: Confinement,
): void {
  if (confinesAs(level, least)) return
  const only =
    least === 'full' ? 'full confinement of guest code only' : `no confinement of guest code below "${least}"`
  throw new WritError(
    'CONFINEMENT_REDUCED',
    `The policy bundle ${bundle.name} permits ${only}, and here it is ${level}: ${lack}.`,
  )
}
