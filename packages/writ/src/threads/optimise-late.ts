import { setFlagsFromString } from 'node:v8'

// V8 optimises WebAssembly that has run for a while, in the background. In a short run this costs more than it gives back:
// 100 of 700 ms of CPU. V8 reads the budget when code is made, so it is changed only then: while a flag of V8 differs
// from its default, V8 refuses the compiled code that Node brings for its own modules, and every thread that starts pays.

/** V8's own budget, about in bytes of code that ran. */
export const V8_DEFAULT = '--wasm-tiering-budget=13000000'

/** Makes a module whose functions V8 optimises once about `after` bytes of their code ran. */
export function compileLate(bytes: Uint8Array, after: number): WebAssembly.Module {
  return withBudget(after, () => new WebAssembly.Module(bytes))
}

/** Has every module that this thread makes from now on optimised late; gives what ends that. */
export function optimiseLate(after: number): () => void {
  const { Module } = WebAssembly
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, args, made) => withBudget(after, () => Reflect.construct(target, args, made)),
  })
  return () => {
    WebAssembly.Module = Module
  }
}

function withBudget<T>(after: number, make: () => T): T {
  if ('Deno' in globalThis) return make() // it has no flags that a program may set
  setFlagsFromString(`--wasm-tiering-budget=${after}`)
  try {
    return make()
  } finally {
    setFlagsFromString(V8_DEFAULT)
  }
}
