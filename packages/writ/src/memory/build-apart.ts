import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Advance } from './index-file.ts'
import type { IndexFailure } from './index-process.ts'

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
    detached: true, // a terminal interrupts this process, which says so; the other ends as nobody listens to it
  })
  const { promise, resolve, reject } = Promise.withResolvers<string | number | null>()
  child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code))
  if (child.pid === undefined) return void (await promise) // it was not started, and may have no streams
  createInterface(child.stdout).on('line', (line) => {
    const [documents = 0, bytes = 0] = line.split(' ').map(Number)
    advance(documents, bytes)
  })
  const [ended, complaint] = await Promise.all([promise, text(child.stderr)])
  if (ended !== 0)
    throw errorOf(complaint) ?? new Error(`the process that builds an index ended with ${ended}`)
}

/** The error that the process failed with, with the codes that tell a full disk from others; it may have died of another cause. */
function errorOf(complaint: string): Error | undefined {
  if (!complaint.startsWith('{')) return complaint === '' ? undefined : new Error(complaint)
  const { message, ...codes } = JSON.parse(complaint) as IndexFailure
  return Object.assign(new Error(message), codes)
}
