import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readPrelude, wasmPath } from './engine-files.ts'
import { readCell } from './worker/cell-source.ts'

/** A cell with every construct the rewriting touches: what becomes of it stands for the rewriting in the digest. */
const PROBE = `const a = 1, { b, ...c } = {}; let d, [e] = []; var f; class G {}
function h() {} function read() {} if (a) { var i; let j; function k() {} }
for (const l of []) {} await 0
({ a })`

/** Digest of the engine, its binary, the parsers, the prelude and what rewriting does. */
export function guestAbi(): string {
  const require = createRequire(import.meta.url)
  const hash = createHash('sha256')
  for (const name of ['quickjs-wasi', 'acorn', '@swc/wasm-typescript'])
    hash.update(`${name} ${String(require(`${name}/package.json`).version)}\n`)
  hash.update(createHash('sha256').update(readFileSync(wasmPath())).digest())
  for (const [name, source] of Object.entries(readPrelude())) hash.update(`\n${name}\n${source}`)
  hash.update(`\n${readCell({ language: 'javascript', code: PROBE }, new Set(['read'])).code}`)
  return `sha256:${hash.digest('hex')}`
}
