import { inHome } from './in-home.ts'
import { printableLine } from './printable.ts'

export interface AbortFlags {
  readonly reason: string
  readonly home?: string
  readonly json?: boolean
}

/** Ends an open run for good and prints where its evidence is; resolves with 0. */
export async function abort(name: string, flags: AbortFlags): Promise<number> {
  return await inHome(flags, async (writ) => {
    const run = await writ.find(name)
    const evidence = await writ.abort(run, flags.reason)
    const text =
      flags.json === true
        ? JSON.stringify({ run, evidence })
        : printableLine(`aborted; evidence: ${evidence}`)
    process.stdout.write(`${text}\n`)
    return 0
  })
}
