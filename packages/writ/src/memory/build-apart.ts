import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Advance } from './index-file.ts'
import { DISK_FULL_STATUS } from './limits.ts'

const inSource = import.meta.url.endsWith('.ts')
const PROGRAM = fileURLToPath(
  new URL(inSource ? './index-process.ts' : './index-process.js', import.meta.url),
)
const FLAGS = [
  '--no-warnings',
  '--max-semi-space-size=2', // V8 takes 16, and gives little back
  ...(inSource ? ['--conditions=@writ/source'] : []),
]

/**
 * Builds the index of a pack in a process of its own, complete when this resolves. What an index takes of memory the allocator
 * keeps until a process ends, and a thread that ends gives nothing back.
 */
export async function buildApart(pack: string, path: string, advance: Advance): Promise<void> {
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, pack, path], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<string | number | null>()
  child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code))
  createInterface(child.stdout).on('line', (line) => {
    const [documents = 0, bytes = 0] = line.split(' ').map(Number)
    advance(documents, bytes)
  })
  const [ended, complaint] = await Promise.all([promise, text(child.stderr)])
  if (ended === 0) return
  const error = new Error(complaint || `the process that builds an index ended with ${ended}`)
  throw ended === DISK_FULL_STATUS ? Object.assign(error, { code: 'ENOSPC' }) : error
}
