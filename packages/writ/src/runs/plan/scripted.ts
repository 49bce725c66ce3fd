import {
  type ContextStore,
  type Json,
  type Limits,
  type PlanBound,
  readChecks,
  type Script,
} from '@writ/contract'
import type { RunOptions } from '../../files/options.ts'
import { scriptNamed } from '../../files/script-named.ts'
import type { RunModels } from '../../kernel/index.ts'
import type { WorstCase } from '../../scripts/index.ts'
import { heldTo, planBound } from './plan-bound.ts'

/** What a question that may name a script comes to: its limits, and the script with its input. */
export interface Scripted {
  readonly limits: Limits
  readonly script: Script | undefined
  /** JSON Schema of what it may release. */
  readonly output: Json | undefined
  /** The most it can come to over a corpus, and the limits that hold it to that. */
  bounded(models: RunModels, store: ContextStore): { readonly limits: Limits; readonly bound: PlanBound }
}

/** Reads the script that a question names, where it names one. Rejects with `UNKNOWN_SCRIPT`, `BAD_SCRIPT`, `BAD_INPUT`. */
export async function scripted(
  { strategy = 'auto', input = {}, verify = [] }: Pick<RunOptions, 'strategy' | 'input' | 'verify'>,
  given: Limits,
): Promise<Scripted> {
  const named = scriptNamed(strategy)
  if (named === undefined) {
    return {
      limits: given,
      script: undefined,
      output: undefined,
      bounded: (models) => ({ limits: given, bound: planBound(given, models, null) }),
    }
  }
  const { findScript, scriptLimits, scriptRun, worstCase } = await import('../../scripts/index.ts')
  const { checks, votes } = readChecks(verify)
  const file = findScript(named)
  const limits = scriptLimits(file, given)
  return {
    limits,
    script: await scriptRun(file, input),
    output: file.meta.output,
    bounded: (models, store) =>
      held(
        limits,
        models,
        checks.includes('claims') ? CHECKED : voted(worstCase(file, input, documentsOf(store)), votes),
      ),
  }
}

/** What a verifier asks, no text says. */
const CHECKED = { unknown: 'a verifier frame checks its claims' } as const

/** The script is run once for each vote. */
function voted(worst: WorstCase, votes = 1): WorstCase {
  return 'calls' in worst ? { calls: worst.calls * votes } : worst
}

function held(limits: Limits, models: RunModels, worst: WorstCase): ReturnType<Scripted['bounded']> {
  const bound = planBound(limits, models, worst)
  return { limits: heldTo(limits, bound), bound }
}

function documentsOf(store: ContextStore): ReturnType<ContextStore['documents']> {
  return store.partitions.flatMap(({ id }) => store.documents(id))
}
