import { type CountCalls, type NamedScript, WritError } from '@writ/contract'
import { readSchema } from '../schema/index.ts'
import { findScript } from './find-script.ts'
import { readScript, type ScriptFile } from './read-script.ts'
import { worstCase } from './worst-case.ts'

/** What every frame is told of all of them together: a line of its first message, for which its last turn has room. */
const MOST_DESCRIBED_BYTES = 1_000

/**
 * The scripts that frames may run by name: those that come with Writ by theirs, others by their path. Throws
 * `UNKNOWN_SCRIPT`, `BAD_SCRIPT`, and `USAGE` for two of one name.
 */
export function namedScripts(named: readonly string[]): readonly NamedScript[] {
  const scripts = named.map((one) => namedScript(findScript(one)))
  const twice = scripts.find(({ name }, at) => scripts.findIndex((other) => other.name === name) < at)
  if (twice !== undefined) throw new WritError('USAGE', `Two scripts have the name ${twice.name}.`)
  const bytes = scripts.reduce(
    (sum, { name, description }) => sum + Buffer.byteLength(`${name} (${description ?? ''}); `),
    0,
  )
  if (bytes > MOST_DESCRIBED_BYTES)
    throw new WritError(
      'USAGE',
      `Names and descriptions of the scripts have ${bytes} bytes together; every frame is told of them, and ${MOST_DESCRIBED_BYTES} is the most.`,
    )
  return scripts
}

function namedScript({ meta, planHash, text, cell }: ScriptFile): NamedScript {
  const { name, description = null, input, output, limits = {} } = meta
  return {
    name,
    description,
    planHash,
    input: input === undefined ? null : readSchema(input),
    output: output === undefined ? null : readSchema(output),
    text,
    cell,
    calls: limits.calls ?? null,
  }
}

/** What the text of a script adds up to, and no more than it allows itself. */
export const countCalls: CountCalls = ({ name, text, cell, calls }, input, documents) => {
  const worst = worstCase(readScript(text, cell.language, name), input, documents)
  const counted = 'calls' in worst ? worst.calls : null
  const least = [counted, calls].filter((most) => most !== null)
  return Promise.resolve(least.length === 0 ? null : Math.min(...least))
}
