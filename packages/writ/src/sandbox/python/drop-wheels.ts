import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** How long a wheel stays after it was last used: a run that begins with it has not named it yet. */
const UNNAMED_MS = 3_600_000

/** Removes kept wheels that no run names. One that cannot be removed stays for the next time. */
export function dropWheels(kept: string, named: ReadonlySet<string>): void {
  for (const sha256 of existsSync(kept) ? readdirSync(kept) : []) {
    const path = join(kept, sha256)
    try {
      if (!/^[0-9a-f]{64}$/.test(sha256) || named.has(sha256) || Date.now() - lastUse(path) < UNNAMED_MS)
        continue
      rmSync(path, { recursive: true, force: true })
    } catch {}
  }
}

function lastUse(directory: string): number {
  const times = readdirSync(directory).map((name) => statSync(join(directory, name)).mtimeMs)
  return Math.max(statSync(directory).mtimeMs, ...times)
}
