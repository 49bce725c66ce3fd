import { isWritError } from '@writ/contract'
import type { AskedOptions } from '../../files/options.ts'

/** How a question is asked of a script. */
export interface ByScript {
  readonly strategy: string
  readonly input: Readonly<Record<string, string>>
}

/**
 * Of the scripts in reach of a question, in the order in which they are named, the first that says it answers it; undefined
 * where none does, or where something else is asked for: a strategy, or a shape of the answer. Rejects with `BAD_SCRIPT`.
 */
export async function matchingScript(
  question: string,
  { strategy = 'auto', scripts = [], schema }: Pick<AskedOptions, 'strategy' | 'scripts' | 'schema'>,
): Promise<ByScript | undefined> {
  if (strategy !== 'auto' || scripts.length === 0 || schema !== undefined) return undefined
  const { answeredQuestion, findScript, scriptRun } = await import('../../scripts/index.ts')
  for (const named of scripts) {
    const file = findScript(named)
    const input = answeredQuestion(file.meta.answers ?? [], question)
    if (input === undefined) continue
    try {
      await scriptRun(file, input)
      return { strategy: `script:${named}`, input }
    } catch (error) {
      if (!isWritError(error) || error.code !== 'BAD_INPUT') throw error
    }
  }
  return undefined
}
