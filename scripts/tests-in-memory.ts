import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const NEEDED_BYTES = 4 * 1024 ** 3

/**
 * Gives tests a temporary directory in memory, where the system has one with room: there a flush costs nothing, and tests
 * make tens of thousands. Whoever sets `TMPDIR` decides instead.
 */
export default function setup(): (() => void) | undefined {
  if (process.env.TMPDIR !== undefined || freeBytes(MEMORY) < NEEDED_BYTES) return undefined
  const place = mkdtempSync(join(MEMORY, 'writ-tests-'))
  process.env.TMPDIR = place
  return () => rmSync(place, { recursive: true, force: true })
}

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return 0
  }
}
