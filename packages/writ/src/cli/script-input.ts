import { readFileSync } from 'node:fs'
import { type Json, WritError } from '@writ/contract'

/** The flags that give a script its input. */
interface InputFlags {
  readonly input?: string
  readonly inputFile?: string
}

/** What a script is given, from the command line or a file. Throws `USAGE` and `BAD_INPUT`. */
export function inputOf({ input, inputFile }: InputFlags): Json | undefined {
  if (input !== undefined && inputFile !== undefined)
    throw new WritError('USAGE', 'Give either --input or --input-file, not both.')
  if (input !== undefined) return inputJson(input, '--input')
  return inputFile === undefined ? undefined : inputJson(readInput(inputFile), inputFile)
}

function inputJson(text: string, from: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new WritError('BAD_INPUT', `${from} is not JSON.`, { cause })
  }
}

function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new WritError(
      'BAD_INPUT',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
