import { createWrit } from '../index.ts'
import { homeOf } from './home.ts'
import { printableLine } from './printable.ts'
import { runNamed } from './run-named.ts'

export interface AbortFlags {
  readonly reason: string
  readonly home?: string
  readonly json?: boolean
}

/** Ends an open run for good and prints where its evidence is; resolves with 0. */
export async function abort(name: string, flags: AbortFlags): Promise<number> {
  const run = await runNamed(name, flags)
  const writ = await createWrit(homeOf(flags))
  try {
    const evidence = await writ.abort(run, flags.reason)
    const text =
      flags.json === true
        ? JSON.stringify({ run, evidence })
        : printableLine(`aborted; evidence: ${evidence}`)
    process.stdout.write(`${text}\n`)
    return 0
  } finally {
    await writ.close()
  }
}
