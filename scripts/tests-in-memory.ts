import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const NEEDED_BYTES = 4 * 1024 ** 3
/** Before the number of the process whose tests write there. */
const NAME = 'writ-tests-'

/**
 * Gives tests a temporary directory in memory, where the system has one with room: there a flush costs nothing, and tests
 * make tens of thousands. Whoever sets `TMPDIR` decides instead.
 */
export default function setup(): (() => void) | undefined {
  if (process.env.TMPDIR !== undefined || freeBytes(MEMORY) < NEEDED_BYTES) return undefined
  removeLeft()
  const place = join(MEMORY, `${NAME}${process.pid}`)
  mkdirSync(place, { mode: 0o700 })
  process.env.TMPDIR = place
  return () => rmSync(place, { recursive: true, force: true })
}

/** Memory is not freed by itself: what tests left that were killed goes now. */
function removeLeft(): void {
  for (const name of readdirSync(MEMORY).filter((entry) => entry.startsWith(NAME)))
    if (!existsSync(join('/proc', name.slice(NAME.length))))
      rmSync(join(MEMORY, name), { recursive: true, force: true })
}

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return 0
  }
}
