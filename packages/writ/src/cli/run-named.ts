import { existsSync } from 'node:fs'
import { WritError } from '@writ/contract'
import { namesRun, type Writ } from '../index.ts'

/**
 * The run that an argument names, or undefined for the path of a file. What may be either is a run; `./` makes it a path.
 * Rejects with `UNKNOWN_RUN` for what is neither, and with `AMBIGUOUS_RUN`.
 */
export async function runUnlessFile(text: string, writ: Writ): Promise<string | undefined> {
  if (namesRun(text)) return await writ.find(text)
  if (existsSync(text)) return undefined
  throw new WritError('UNKNOWN_RUN', `${text} is neither a run of this home nor an evidence file.`)
}
