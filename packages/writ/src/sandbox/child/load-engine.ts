import { readFile } from 'node:fs/promises'
import { compileLate } from '../../threads/optimise-late.ts'
import { readPrelude, wasmPath } from '../engine-files.ts'
import type { Engine } from '../worker/orders.ts'
import { keepExports } from './keep-exports.ts'

/** What the wrapper of the engine uses. Every VM has an object of each export: all 450 take as much memory as a fresh VM. */
const USED = /^(?:qjs_\w+|wasm_malloc|wasm_free|memory|_initialize|__stack_pointer)$/

/**
 * How much a function of the engine runs before V8 optimises it, about in bytes: with `MOST_A_STEP`, its loop for 20 ms.
 * Optimising takes about as long, so no run pays more than twice what it had to.
 */
const OPTIMISED_AFTER = 2_000_000_000

/** Compiles the engine once, for all threads. */
export async function loadEngine(): Promise<Engine> {
  const module = keepExports(await readFile(wasmPath()), (name) => USED.test(name))
  return { wasm: compileLate(module, OPTIMISED_AFTER), prelude: readPrelude() }
}
