import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Level } from '@writ/contract'

const PERSONAL = fileURLToPath(new URL('../policy/personal', import.meta.url))

/** Writes the personal bundle to a new directory with its user cleared for more: what they read may be above the terminal. */
export async function clearedBundle(directory: string, clearance: Level): Promise<string> {
  await cp(PERSONAL, directory, { recursive: true })
  const path = join(directory, 'facts.json')
  const facts = JSON.parse(await readFile(path, 'utf8')) as object
  const users = { $os: { clearance, active: true, purposes: ['general'] } }
  await writeFile(path, JSON.stringify({ ...facts, users }))
  return directory
}
