import {
  type ContextStore,
  type Conversation,
  type Json,
  type Limits,
  type PlanBound,
  readChecks,
  type Script,
} from '@writ/contract'
import type { RunOptions } from '../../files/options.ts'
import { scriptNamed } from '../../files/script-named.ts'
import type { WorstCase } from '../../scripts/index.ts'
import { boundWithoutTurns, heldTo, planBound } from './plan-bound.ts'
import { type Routed, routeOf, sizeOf } from './route.ts'

/** What a question that may name a script comes to: its limits, and the script with its input. */
export interface Scripted {
  readonly limits: Limits
  readonly script: Script | undefined
  /** JSON Schema of what it may release. */
  readonly output: Json | undefined
  /** The most it can come to over a corpus, and the limits that hold it to that. */
  bounded(asked: Bounded): { readonly limits: Limits; readonly bound: PlanBound }
}

/** What a question comes to follows from how it will be answered, and from what is put into a prompt with it. */
export interface Bounded extends Routed {
  readonly conversation: Conversation | undefined
}

/** Reads the script that a question names, where it names one. Rejects with `UNKNOWN_SCRIPT`, `BAD_SCRIPT`, `BAD_INPUT`. */
export async function scripted(
  { strategy = 'auto', input = {}, verify = [] }: Pick<RunOptions, 'strategy' | 'input' | 'verify'>,
  given: Limits,
): Promise<Scripted> {
  const named = scriptNamed(strategy)
  const { checks, votes } = readChecks(verify)
  if (named === undefined) {
    const framed = votes !== undefined || checks.includes('claims')
    return {
      limits: given,
      script: undefined,
      output: undefined,
      bounded: (asked) => {
        const { models } = asked
        if (framed || routeOf(asked).turns) return { limits: given, bound: planBound(given, models, null) }
        return held(given, boundWithoutTurns(given, models, promptBytes(asked)))
      },
    }
  }
  const { findScript, scriptLimits, scriptRun, worstCase } = await import('../../scripts/index.ts')
  const file = findScript(named)
  const limits = scriptLimits(file, given)
  return {
    limits,
    script: await scriptRun(file, input),
    output: file.meta.output,
    bounded: ({ models, store }) => {
      const worst = checks.includes('claims')
        ? CHECKED
        : voted(worstCase(file, input, documentsOf(store)), votes)
      return held(limits, planBound(limits, models, worst))
    },
  }
}

/** What stands in a prompt besides documents, question and conversation: instructions, a schema. */
const BYTES_OF_INSTRUCTIONS = 32_768
/** What marks a document or a passage, with its id. */
const BYTES_AROUND_DOCUMENT = 512

/** Bytes that a prompt over a whole context has at most. */
function promptBytes({ store, question, conversation }: Bounded): number {
  const { bytes, documents } = sizeOf(store)
  const said = [question, ...(conversation?.messages ?? []).map(({ text }) => text)]
  const saidBytes = said.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return bytes + documents * BYTES_AROUND_DOCUMENT + saidBytes + BYTES_OF_INSTRUCTIONS
}

/** What a verifier asks, no text says. */
const CHECKED = { unknown: 'a verifier frame checks its claims' } as const

/** The script is run once for each vote. */
function voted(worst: WorstCase, votes = 1): WorstCase {
  return 'calls' in worst ? { calls: worst.calls * votes } : worst
}

function held(limits: Limits, bound: PlanBound): ReturnType<Scripted['bounded']> {
  return { limits: heldTo(limits, bound), bound }
}

function documentsOf(store: ContextStore): ReturnType<ContextStore['documents']> {
  return store.partitions.flatMap(({ id }) => store.documents(id))
}
