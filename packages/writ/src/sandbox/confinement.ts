import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Confinement } from '@writ/contract'
import { packagePaths, readPrelude, roomPath, wasmPath } from './engine-files.ts'
import { readCell } from './worker/cell-source.ts'

const inSource = import.meta.url.endsWith('.ts')

/** Heap of the child's main thread: it passes texts of up to the largest answer on, escaped. */
const CHILD_HEAP_MB = 1_024

export const childEntry: string = join(roomPath, 'child', inSource ? 'main.ts' : 'main.js')

/** Node's flags for the confined child: it may read its own code and start threads, nothing else that Node can refuse. */
export function childFlags(): readonly string[] {
  return [
    '--permission',
    '--allow-worker',
    ...[roomPath, ...packagePaths()].map((path) => `--allow-fs-read=${join(path, '/')}`),
    '--preserve-symlinks', // following links would read every directory on the way
    `--max-old-space-size=${CHILD_HEAP_MB}`,
    '--v8-pool-size=1', // compiling ahead on more threads costs the first cell more than it gives
    '--disallow-code-generation-from-strings',
    '--disable-sigusr1',
    '--no-warnings',
    ...(inSource ? ['--conditions=@writ/source'] : []),
  ]
}

/** A cell with every construct the rewriting touches: what becomes of it stands for the rewriting in the digest. */
const PROBE = `const a = 1, { b, ...c } = {}; let d, [e] = []; var f; class G {}
function h() {} function read() {} if (a) { var i; let j; function k() {} }
for (const l of []) {} await 0
({ a })`

/** The confinement in force. `guestAbi` covers the engine, its binary, the parsers, the prelude and what rewriting does. */
export function confinement(): Confinement {
  const require = createRequire(import.meta.url)
  const hash = createHash('sha256')
  for (const name of ['quickjs-wasi', 'acorn', '@swc/wasm-typescript'])
    hash.update(`${name} ${String(require(`${name}/package.json`).version)}\n`)
  hash.update(createHash('sha256').update(readFileSync(wasmPath())).digest())
  for (const [name, source] of Object.entries(readPrelude())) hash.update(`\n${name}\n${source}`)
  hash.update(`\n${readCell({ language: 'javascript', code: PROBE }, new Set(['read'])).code}`)
  return Object.freeze({
    level: 'reduced',
    layers: Object.freeze(['quickjs-wasi', 'worker-thread', 'node --permission']),
    guestAbi: `sha256:${hash.digest('hex')}`,
  })
}
