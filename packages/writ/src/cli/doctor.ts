import { existsSync } from 'node:fs'
import { defined } from '@writ/contract'
import { VERSION, type Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printable, printableLine } from './printable.ts'

interface DoctorFlags {
  readonly home?: string
  readonly json?: boolean
  readonly pythonPackages?: string
}

interface Looked {
  readonly checks: Awaited<ReturnType<Writ['doctor']>>
  readonly state: string
}

/** Checks what Writ needs of this machine and says what is missing; resolves with 0 when everything works. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const { pythonPackages = loadConfig(process.cwd(), process.env).pythonPackages } = flags
  const look = async (writ: Writ): Promise<Looked> => {
    // Looked at first: the checks make it.
    const here = existsSync(writ.home) ? writ.home : `${writ.home} (made on first use)`
    return { checks: await writ.doctor(), state: here }
  }
  const { checks, state } = await inHome(flags, look, defined({ pythonPackages }))
  const ok = checks.every((check) => check.ok)
  if (flags.json === true) {
    process.stdout.write(
      `${JSON.stringify({ ok, version: VERSION, node: process.version, home: state, checks })}\n`,
    )
  } else {
    const lines = checks.map(({ ok: passed, absent = false, name, detail }) =>
      printable(`${absent ? '–' : passed ? '✓' : '✗'} ${name.padEnd(9)} ${detail}`),
    )
    process.stdout.write(
      onScreen(
        `writ ${VERSION} on Node ${process.version}, home ${printableLine(state)}\n${lines.join('\n')}\n`,
        process.stdout,
      ),
    )
  }
  return ok ? 0 : 1
}
