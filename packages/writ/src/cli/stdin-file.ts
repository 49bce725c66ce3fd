import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { onInterrupt } from './interrupt.ts'

/** What stands for standard input among paths. */
const STDIN = '-'

/**
 * Calls `work` with the same paths, but for `-`: what standard input holds is then in a file named `stdin`, which nobody else
 * can read and which is gone when `work` ends.
 */
export async function withStdin<T>(
  paths: readonly string[],
  work: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  if (!paths.includes(STDIN)) return await work(paths)
  const directory = await mkdtemp(join(tmpdir(), 'writ-'))
  try {
    const file = join(directory, 'stdin')
    await keep(file)
    return await work(paths.map((path) => (path === STDIN ? file : path)))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function keep(file: string): Promise<void> {
  const { signal, stop } = onInterrupt()
  try {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }), { signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    stop()
  }
}
