import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { VERSION } from '../index.ts'
import { homeOf } from './home.ts'
import { inHome } from './in-home.ts'
import { printable, printableLine } from './printable.ts'

/** Checks what Writ needs of this machine and says what is missing; resolves with 0 when everything works. */
export async function doctor(flags: { readonly home?: string; readonly json?: boolean }): Promise<number> {
  const { home } = homeOf(flags)
  const checks = await inHome(flags, (writ) => writ.doctor())
  const ok = checks.every((check) => check.ok)
  const place = resolve(home)
  const state = existsSync(place) ? place : `${place} (made on first use)`
  if (flags.json === true) {
    process.stdout.write(
      `${JSON.stringify({ ok, version: VERSION, node: process.version, home: state, checks })}\n`,
    )
  } else {
    const lines = checks.map(({ ok: passed, name, detail }) =>
      printable(`${passed ? '✓' : '✗'} ${name.padEnd(9)} ${detail}`),
    )
    process.stdout.write(
      `writ ${VERSION} on Node ${process.version}, home ${printableLine(state)}\n${lines.join('\n')}\n`,
    )
  }
  return ok ? 0 : 1
}
