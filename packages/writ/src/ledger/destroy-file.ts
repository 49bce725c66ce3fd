import { closeSync, constants, fstatSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasCode, syncDirectory } from '../disk/durable-file.ts'

const PIECE_BYTES = 1 << 20

/**
 * Overwrites a file with zeros, takes its name away and puts both on disk; says whether there was one.
 *
 * A file system that writes elsewhere than in place, and a disk that remaps, may keep the old bytes out of reach.
 */
export function destroyFile(path: string): boolean {
  let file: number
  try {
    // O_NOFOLLOW: what a link points at is not ours to overwrite.
    file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
  try {
    overwrite(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  unlinkSync(path)
  syncDirectory(dirname(path))
  return true
}

function overwrite(file: number): void {
  const { size } = fstatSync(file)
  const zeros = new Uint8Array(Math.min(size, PIECE_BYTES))
  for (let at = 0; at < size; ) at += writeSync(file, zeros, 0, Math.min(zeros.length, size - at), at)
}
