import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { toWritError } from '@writ/contract'
import { examine, VERSION } from '../index.ts'
import { homeOf } from './home.ts'
import { printable, printableLine } from './printable.ts'

/** Checks what Writ needs of this machine and says what is missing; resolves with 0 when everything works. */
export async function doctor(flags: { readonly home?: string; readonly json?: boolean }): Promise<number> {
  const { home } = homeOf(flags)
  const checks = await Promise.all(
    Object.entries(examine(home)).map(async ([name, check]) => {
      try {
        return { name, ok: true, detail: await check() }
      } catch (error) {
        const known = toWritError(error)
        return { name, ok: false, detail: `${known.message} ${known.next}` }
      }
    }),
  )
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
