import { readFile } from 'node:fs/promises'
import { readPrelude, wasmPath } from '../engine-files.ts'
import type { Engine } from '../worker/orders.ts'

/** Compiles the engine once, for all threads. */
export async function loadEngine(): Promise<Engine> {
  const wasm = await WebAssembly.compile(await readFile(wasmPath()))
  return { wasm, prelude: readPrelude() }
}
