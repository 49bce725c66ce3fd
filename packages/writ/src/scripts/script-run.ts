import { type Json, type Limits, type Script, WritError } from '@writ/contract'
import { checkedSchema, inWords } from '../schema/index.ts'
import type { ScriptFile } from './read-script.ts'

/** A script with the input of one run. Rejects with `BAD_INPUT`, and with `BAD_SCHEMA` for a schema that takes too long. */
export async function scriptRun({ meta, planHash, text, cell }: ScriptFile, input: Json): Promise<Script> {
  const misfits = meta.input === undefined ? [] : (await checkedSchema(meta.input)).misfits(input)
  if (misfits.length > 0)
    throw new WritError('BAD_INPUT', `The script ${meta.name} does not take this input: ${inWords(misfits)}.`)
  return { name: meta.name, planHash, text, cell, inputJson: JSON.stringify(input) }
}

/**
 * The limits of a run that follows a script: what it says of itself only tightens them. All of it is one cell, so the steps
 * of the frame bound it.
 */
export function scriptLimits({ meta: { limits = {} } }: ScriptFile, given: Limits): Limits {
  const { calls, tokens, costUsd, depth, seconds, promptBytes } = limits
  const most = least(given.maxPromptBytes ?? null, promptBytes)
  return {
    ...given,
    cellSteps: given.frameSteps,
    maxCalls: least(given.maxCalls, calls) ?? given.maxCalls,
    maxTokens: least(given.maxTokens, tokens),
    maxCostMicroUsd: least(
      given.maxCostMicroUsd,
      costUsd === undefined ? undefined : Math.floor(costUsd * 1e6),
    ),
    maxDepth: least(given.maxDepth, depth) ?? given.maxDepth,
    timeoutMs: least(given.timeoutMs, seconds === undefined ? undefined : Math.ceil(seconds * 1000)),
    ...(most === null ? {} : { maxPromptBytes: most }),
  }
}

function least(given: number | null, said: number | undefined): number | null {
  if (said === undefined) return given
  return given === null ? said : Math.min(given, said)
}
