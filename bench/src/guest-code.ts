import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writ } from 'writ'
import { runNode } from './own-process.ts'

const LAUNCHER = join(import.meta.dirname, '../../packages/writ/bin/writ.js')

/**
 * How guest code runs on this machine, in the words of `writ doctor`: figures of `full` and `reduced` confinement differ. It is
 * asked in a process of its own, for what it brings up would be up when something is measured.
 */
export async function guestCodeHere(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const said = await runNode([LAUNCHER, 'doctor', '--json', '--home', home])
    const { checks } = JSON.parse(said) as { readonly checks: Awaited<ReturnType<Writ['doctor']>> }
    return checks.find(({ name }) => name === 'sandbox')?.detail ?? 'nothing is known of it'
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
