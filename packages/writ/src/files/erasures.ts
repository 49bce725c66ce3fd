import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isWritError, WritError } from '@writ/contract'
import { ERASURE_KIND, type Erasure, parseStatement } from '@writ/evidence'
import { replaceFile } from '../disk/durable-file.ts'

// The statements about erasures that a home keeps, one for each run that was erased.

/** What was erased of a run of the home; undefined when it was not erased. Rejects with `VERIFICATION_FAILED` for a damaged statement. */
export function erasureOf(home: string, run: string): Erasure | undefined {
  if (!erasedRuns(home).has(run)) return undefined
  const path = join(resolve(home), 'erasures', `${run}.dsse`)
  return parseStatement(readFileSync(path), path, ERASURE_KIND).statement.predicate
}

/** Throws `KEY_UNAVAILABLE`, with the time, for a run of the home that was erased: nothing can be done with it any more. */
export function requireNotErased(home: string, run: string): void {
  const erasure = lastErasure(home, run)
  if (erasure === undefined) return
  throw new WritError('KEY_UNAVAILABLE', `The run ${run} was erased at ${erasure.at}, and its key with it.`, {
    run,
    next: 'What was erased cannot be brought back; `writ show <run>` gives the structure that is left.',
  })
}

/** The runs of a home that were erased. */
export function erasedRuns(home: string): ReadonlySet<string> {
  const directory = join(resolve(home), 'erasures')
  const names = existsSync(directory) ? readdirSync(directory) : []
  return new Set(names.filter((name) => name.endsWith('.dsse')).map((name) => name.slice(0, -'.dsse'.length)))
}

/** What an earlier erasure said; nothing where its statement is damaged, for that must not keep another from being done. */
export function lastErasure(home: string, run: string): Erasure | undefined {
  try {
    return erasureOf(home, run)
  } catch (error) {
    if (isWritError(error)) return undefined
    throw error
  }
}

/** Keeps the statement of an erasure: from then on the run counts as erased. */
export async function keepErasure(root: string, run: string, statement: Uint8Array): Promise<void> {
  const directory = join(root, 'erasures')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  replaceFile(join(directory, `${run}.dsse`), statement, 0o600)
}
