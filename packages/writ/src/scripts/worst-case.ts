import type { Json } from '@writ/contract'
import type { Reach } from './call-bounds.ts'
import { Counter } from './count-calls.ts'
import type { ScriptFile } from './read-script.ts'
import { Unbounded } from './tally.ts'

/** Most model calls of a script, or why that cannot be told before it runs. */
export type WorstCase = { readonly calls: number } | { readonly unknown: string }

/**
 * Adds up the most model calls that a script can make, from its text, its input and the documents in reach; nothing of it
 * runs. A combinator makes at most what it states, which the kernel holds it to, so its callback is not looked into.
 */
export function worstCase(
  { program, text }: Pick<ScriptFile, 'program' | 'text'>,
  input: Json,
  reach: Reach,
): WorstCase {
  try {
    return { calls: new Counter(program, input, reach).count() }
  } catch (error) {
    if (!(error instanceof Unbounded)) throw error
    return { unknown: `${error.message} (line ${text.slice(0, error.at).split('\n').length})` }
  }
}
