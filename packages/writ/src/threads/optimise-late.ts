import { setFlagsFromString } from 'node:v8'

// What V8 does with WebAssembly ahead of its use costs a short run more than it gives back: it optimises what has run for a
// while, and checks every function at once. So for the code of packages that Writ starts with, both are put off. V8 reads
// these flags when code is made, and they are changed only then: while one differs from its default, V8 refuses the compiled
// code that Node brings for its own modules, and every thread that starts meanwhile pays.

/** V8's own budget, about in bytes of code that ran. */
export const V8_DEFAULT = '--wasm-tiering-budget=13000000'

/**
 * Makes a module whose functions V8 checks when they are first called, and optimises once about `after` bytes of their
 * code ran. A function that is not valid ends the process.
 */
export function compileLate(bytes: Uint8Array, after: number): WebAssembly.Module {
  return withFlags(after, () => new WebAssembly.Module(bytes))
}

/** Has every module that this thread makes from now on made so; gives what ends that. */
export function optimiseLate(after: number): () => void {
  const { Module } = WebAssembly
  WebAssembly.Module = new Proxy(Module, {
    construct: (target, args, made) => withFlags(after, () => Reflect.construct(target, args, made)),
  })
  return () => {
    WebAssembly.Module = Module
  }
}

function withFlags<T>(after: number, make: () => T): T {
  if ('Deno' in globalThis) return make() // it has no flags that a program may set
  setFlagsFromString(`--wasm-tiering-budget=${after}`)
  setFlagsFromString('--wasm-lazy-validation')
  try {
    return make()
  } finally {
    setFlagsFromString('--no-wasm-lazy-validation')
    setFlagsFromString(V8_DEFAULT)
  }
}
