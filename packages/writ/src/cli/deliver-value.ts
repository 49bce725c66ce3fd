import { type Answer, toWritError, type WritError } from '@writ/contract'
import type { Writ } from '../index.ts'
import { onScreen } from './on-screen.ts'
import { writeOutput } from './output.ts'
import { printable } from './printable.ts'
import { valueText } from './value-file/value-file.ts'

/**
 * Writes the released value to a file, whole or not at all. Whatever keeps it from that is said on stderr and given back: the
 * answer has been printed, and stands.
 */
export async function deliverValue(
  { run, basis, value }: Answer,
  writ: Writ,
  path: string,
): Promise<WritError | null> {
  if (basis === null) {
    process.stderr.write(`writ: ${printable(path)} was not written: no value was released.\n`)
    return null
  }
  try {
    const { answerSchema } = await writ.origin(run)
    await writeOutput(valueText(value, path, answerSchema ?? undefined), path)
    return null
  } catch (error) {
    const known = toWritError(error)
    const { code, message, next } = known
    process.stderr.write(onScreen(`writ: ${code}: ${printable(message)}\n${next}\n`, process.stderr))
    return known
  }
}
