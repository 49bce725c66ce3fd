import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const NEEDED_BYTES = 4 * 1024 ** 3
/** Before the number of the process whose tests write there. */
const NAME = 'writ-files-'

/**
 * Gives tests a temporary directory in memory, where the system has one with room: there a flush costs nothing, and tests
 * make tens of thousands. Whoever sets `TMPDIR` decides instead.
 */
export default function setup(): (() => void) | undefined {
  if (process.env.TMPDIR !== undefined) return undefined
  const place = directoryIn(MEMORY)
  if (place === undefined) return undefined
  process.env.TMPDIR = place
  return () => remove(place)
}

/** A new directory in one that is held in memory; undefined where that one will not do, and the disk has to. */
export function directoryIn(memory: string, neededBytes: number = NEEDED_BYTES): string | undefined {
  let place: string | undefined
  try {
    removeLeft(memory)
    if (freeBytes(memory) < neededBytes) return undefined
    place = mkdtempSync(join(memory, `${NAME}${process.pid}-`))
    if (runsPrograms(place)) return place
  } catch {
    // There is no such directory, or nobody may write to it.
  }
  if (place !== undefined) remove(place)
  return undefined
}

/** Memory is not freed by itself: what tests left that were killed goes now. */
function removeLeft(memory: string): void {
  for (const name of readdirSync(memory)) {
    const pid = new RegExp(`^${NAME}(\\d+)`).exec(name)?.[1]
    if (pid !== undefined && !existsSync(join('/proc', pid))) remove(join(memory, name))
  }
}

/** What cannot be removed, another user's above all, stays: it takes room and no test fails for it. */
function remove(place: string): void {
  try {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    process.stderr.write(`${place} stays: ${String(error)}\n`)
  }
}

/** What the directory may take and the machine has: its limit alone says nothing of memory. */
function freeBytes(memory: string): number {
  const { bavail, bsize } = statfsSync(memory)
  return Math.min(bavail * bsize, freemem())
}

/** Tests run programs that they write. */
function runsPrograms(place: string): boolean {
  const program = join(place, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 })
  const { status } = spawnSync(program)
  rmSync(program)
  return status === 0
}
