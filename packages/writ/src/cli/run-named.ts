import { existsSync } from 'node:fs'
import { WritError } from '@writ/contract'
import { findRun, namesRun } from '../index.ts'
import { homeOf } from './home.ts'

/** The run that an argument names: by its id, a prefix of it, or `last`. Rejects with `UNKNOWN_RUN` and `AMBIGUOUS_RUN`. */
export async function runNamed(name: string, flags: { readonly home?: string }): Promise<string> {
  return await findRun(homeOf(flags).home, name)
}

/**
 * The run that an argument names, or undefined for the path of a file. What may be either is a run; `./` makes it a path.
 * Rejects with `UNKNOWN_RUN` for what is neither, and with `AMBIGUOUS_RUN`.
 */
export async function runUnlessFile(
  text: string,
  flags: { readonly home?: string },
): Promise<string | undefined> {
  if (namesRun(text)) return await runNamed(text, flags)
  if (existsSync(text)) return undefined
  throw new WritError('UNKNOWN_RUN', `${text} is neither a run of this home nor an evidence file.`)
}
