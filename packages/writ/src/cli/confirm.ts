import { createInterface } from 'node:readline/promises'
import { WritError } from '@writ/contract'
import { printableLine } from './printable.ts'

/** Asks whoever sits at a terminal; without one, or with `--yes`, nobody is asked. Anything but a yes is a no. */
export async function confirmed(
  question: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<boolean> {
  if (yes || !isAttended()) return true
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new AbortController()
  asking.once('close', () => ended.abort())
  try {
    const answer = await asking.question(`${printableLine(question)} [y/N] `, { signal: ended.signal })
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    process.stderr.write('\n')
    return false
  } finally {
    asking.close()
  }
}

/** The same before something is removed: where nobody can be asked it is refused, as `USAGE`. */
export async function confirmedLoss(question: string, flags: { readonly yes?: boolean }): Promise<boolean> {
  if (flags.yes !== true && !isAttended())
    throw new WritError('USAGE', 'Nobody is at a terminal to confirm it, and nothing was done: add --yes.')
  return await confirmed(question, flags)
}

function isAttended(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}
