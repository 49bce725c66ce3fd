import type { NamedScript } from '@writ/contract'
import type { RunOptions } from '../files/options.ts'

/**
 * Reads the scripts that frames may run by name; undefined where a question names none. Rejects with `UNKNOWN_SCRIPT`,
 * `BAD_SCRIPT` and `USAGE`.
 */
export async function scriptsInReach({
  scripts = [],
}: Pick<RunOptions, 'scripts'>): Promise<readonly NamedScript[] | undefined> {
  if (scripts.length === 0) return undefined
  const { namedScripts } = await import('../scripts/index.ts')
  return namedScripts(scripts)
}
