import { CHECKS, type CheckName, type Validator } from '@writ/contract'
import type { RunOptions } from '../files/options.ts'

/** Reads what the answer must pass; undefined where nothing is given. Rejects with `BAD_SCRIPT` and `UNKNOWN_SCRIPT`. */
export async function validatorsOf({
  validators = [],
}: Pick<RunOptions, 'validators'>): Promise<readonly Validator[] | undefined> {
  if (validators.length === 0) return undefined
  const { readValidator } = await import('../scripts/index.ts')
  return validators.map(readValidator)
}

/** The checks of a run, in their one order: those asked for by name, and the validators where there are any. */
export function checksOf(
  named: readonly CheckName[],
  validators: readonly Validator[] | undefined,
): readonly CheckName[] {
  return CHECKS.filter((check) => (check === 'validators' ? validators !== undefined : named.includes(check)))
}
