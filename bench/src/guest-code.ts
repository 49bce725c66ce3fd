import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWrit } from 'writ'

/** How guest code runs on this machine, in the words of `writ doctor`: figures of `full` and `reduced` confinement differ. */
export async function guestCodeHere(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  const writ = await createWrit({ home })
  try {
    const findings = await writ.doctor()
    return findings.find(({ name }) => name === 'sandbox')?.detail ?? 'nothing is known of it'
  } finally {
    await writ.close()
    await rm(home, { recursive: true, force: true })
  }
}
