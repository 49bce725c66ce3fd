import { counted, defined } from '@writ/contract'
import type { FileReplay, ReplayReport, Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { inHome } from './in-home.ts'
import { onInterrupt } from './interrupt.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import { runUnlessFile } from './run-named.ts'
import { chooseHome, chooseTrust } from './trust.ts'
import { lineWatch, quietWatch } from './watch.ts'

export interface ReplayFlags {
  readonly home?: string
  readonly policy?: string
  readonly json?: boolean
  readonly trust?: string
  readonly attest?: string
  readonly pythonPackages?: string
}

/** Does a run of the home, or of a replay file, again and prints what it came to; resolves with 0 when it is identical, else 6. */
export async function replay(what: string, flags: ReplayFlags): Promise<number> {
  const { policy, attest, pythonPackages = loadConfig(process.cwd(), process.env).pythonPackages } = flags
  const interrupt = onInterrupt()
  const watch = flags.json === true ? quietWatch : lineWatch(process.stderr)
  const onEvent: typeof watch.onEvent = (event) => watch.onEvent(event)
  const options = { signal: interrupt.signal, onEvent, ...defined({ attest }) }
  const again = async (writ: Writ): Promise<FileReplay> => {
    const run = await runUnlessFile(what, writ)
    if (run !== undefined) return { run, report: await writ.replay(run, options) }
    const trust = chooseTrust(chooseHome(what, flags), flags)
    return await writ.replayFile(what, { ...options, ...defined({ trust }) })
  }
  try {
    const { run, report } = await inHome(flags, again, defined({ policy, pythonPackages }))
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(report)}\n` : onScreen(describe(run, report), process.stdout),
    )
    return report.outcome === 'IDENTICAL' ? 0 : 6
  } finally {
    interrupt.stop()
  }
}

const MEANING: Readonly<Record<ReplayReport['outcome'], string>> = {
  IDENTICAL: 'every step was done again and every deterministic field is equal',
  DIVERGED: 'doing it again gives something else',
  INCOMPLETE: 'the record ends or something stored beside it is gone',
  CODE_MISMATCH: 'this Writ shapes frames differently from the one that made the run',
}

function describe(run: string, { outcome, steps, at }: ReplayReport): string {
  const lines = [`run ${run}: ${outcome}, ${MEANING[outcome]}`, `${counted(steps, 'step')} done again`]
  if (at !== null) {
    const where = at.seq === null ? 'no record' : `record ${at.seq}`
    lines.push(`at ${where}, lane ${at.lane}, step ${at.n} ${at.pointer}`)
    lines.push(`  expected ${JSON.stringify(at.expected)}`, `  found    ${JSON.stringify(at.found)}`)
  }
  return `${lines.map(printableLine).join('\n')}\n`
}
