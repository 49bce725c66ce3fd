import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { wasmPath } from '../engine-files.ts'
import { loadEngine } from './load-engine.ts'

it('compiles an engine that has all that its wrapper uses, and nothing else of its own', async () => {
  const names = (module: WebAssembly.Module): string[] =>
    WebAssembly.Module.exports(module).map(({ name }) => name)
  const all = names(await WebAssembly.compile(await readFile(wasmPath())))
  const wrapper = await readFile(fileURLToPath(import.meta.resolve('quickjs-wasi')), 'utf8')
  const used = new Set([...wrapper.matchAll(/\bexports\.(\w+)/g)].map(([, name = '']) => name))
  const kept = names((await loadEngine()).wasm)
  expect(used.size).toBeGreaterThan(50)
  expect([...used].filter((name) => !kept.includes(name))).toEqual([])
  expect(kept.filter((name) => !name.startsWith('qjs_')).toSorted()).toEqual(
    ['__stack_pointer', '_initialize', 'memory', 'wasm_free', 'wasm_malloc'].toSorted(),
  )
  expect(kept.length).toBeLessThan(all.length / 2)
})
