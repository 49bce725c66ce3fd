import { type ChildProcess, spawn } from 'node:child_process'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Writ from 'writ'
import { freshBundle } from '../../scripts/bundle/fresh-bundle.js'

/** Code that was compiled once, where the launcher of a checkout keeps it too. */
const COMPILED = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'writ')

/** Runs a program that takes what is shipped (`takeShipped`), and gives what it says, which is JSON. */
export async function ownProcess<T>(
  program: URL,
  args: readonly string[],
  look?: (child: ChildProcess) => Promise<void>,
  flags: readonly string[] = [],
): Promise<T> {
  const shipped = ['--conditions=@writ/source', ...flags, fileURLToPath(program), shippedLibrary(), COMPILED]
  return JSON.parse(await runNode([...shipped, ...args], look)) as T
}

/** What a run is started from: a bundle as the launcher makes it, or the sources where there is none. */
function shippedLibrary(): string {
  const bundle = freshBundle()
  return bundle === undefined ? 'writ' : pathToFileURL(join(bundle, 'index.js')).href
}

/** In such a process: the library, and the other arguments. */
export async function takeShipped(): Promise<{
  readonly createWrit: typeof Writ.createWrit
  readonly verifyFile: typeof Writ.verifyFile
  readonly args: readonly string[]
}> {
  const [library = '', cache = '', ...args] = process.argv.slice(2)
  enableCompileCache(cache)
  const { createWrit, verifyFile }: typeof Writ = await import(library)
  return { createWrit, verifyFile, args }
}

/** Runs Node to its end and gives what it prints; `look` is given the process. Rejects, with what it complained of, unless it ends well. */
export async function runNode(
  args: readonly string[],
  look?: (child: ChildProcess) => Promise<void>,
): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  const [code, said, complaint] = await Promise.all([
    promise,
    text(child.stdout),
    text(child.stderr),
    look?.(child),
  ])
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}:\n${complaint}`)
  return said
}
