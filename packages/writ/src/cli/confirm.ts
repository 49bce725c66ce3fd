import { createInterface } from 'node:readline/promises'
import { printableLine } from './printable.ts'

/** Asks whoever sits at a terminal; without one, or with `--yes`, nobody is asked. Anything but a yes is a no. */
export async function confirmed(
  question: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<boolean> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return true
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
