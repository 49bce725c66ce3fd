import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Level, ModelLocation } from '@writ/contract'

const PERSONAL = fileURLToPath(new URL('../policy/personal', import.meta.url))

/** What the facts of the personal bundle say that tests change. */
interface Facts {
  users: Record<string, object>
  readonly profiles: Record<string, object>
  readonly models: {
    readonly defaults: Record<ModelLocation, { approved: boolean }>
    readonly byId: Record<string, { approved: boolean; maxLevel?: Level }>
  }
}

/** Writes the personal bundle to a new directory with other facts. */
export async function bundleThat(directory: string, change: (facts: Facts) => void): Promise<string> {
  await cp(PERSONAL, directory, { recursive: true })
  const path = join(directory, 'facts.json')
  const facts = JSON.parse(await readFile(path, 'utf8')) as Facts
  change(facts)
  await writeFile(path, JSON.stringify(facts))
  return directory
}

/** The same bundle with its user cleared for more: what they read may be above the terminal. */
export async function clearedBundle(directory: string, clearance: Level): Promise<string> {
  return await bundleThat(directory, (facts) => {
    facts.users = { $os: { clearance, active: true, purposes: ['general'] } }
  })
}
