import { readFile } from 'node:fs/promises'
import { readPrelude, wasmPath } from '../engine-files.ts'
import type { Engine } from '../worker/orders.ts'
import { keepExports } from './keep-exports.ts'

/** What the wrapper of the engine uses. Every VM has an object of each export: all 450 take as much memory as a fresh VM. */
const USED = /^(?:qjs_\w+|wasm_malloc|wasm_free|memory|_initialize|__stack_pointer)$/

/** Compiles the engine once, for all threads. */
export async function loadEngine(): Promise<Engine> {
  const module = keepExports(await readFile(wasmPath()), (name) => USED.test(name))
  return { wasm: await WebAssembly.compile(module), prelude: readPrelude() }
}
