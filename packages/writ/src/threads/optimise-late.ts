import { setFlagsFromString } from 'node:v8'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

// What V8 does with WebAssembly ahead of its use costs a short run more than it gives back: it optimises what has run for a
// while, and checks every function at once. So for the code of packages that Writ starts with, both are put off. V8 reads
// these flags when code is made, and they are changed only then: while one differs from its default, V8 refuses the compiled
// code that Node brings for its own modules, and every thread that starts meanwhile pays. They are those of the whole process:
// a module that another thread makes meanwhile would be checked late as well. So that is done only in a process of ours.

/** V8's own budget, about in bytes of code that ran. */
export const V8_DEFAULT = '--wasm-tiering-budget=13000000'

const OWN = 'writ: a process of its own'

/** Says that this process, with the threads that it starts from now on, runs nothing but Writ. */
export function ownProcess(): void {
  setEnvironmentData(OWN, true)
}

export function isOwnProcess(): boolean {
  return getEnvironmentData(OWN) === true
}

/**
 * Makes a module that V8 optimises once about `after` bytes of its code ran. In a process of ours its functions are checked
 * when they are first called, and one that is not valid ends the process.
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

/**
 * Has loops that V8 compiles from now on count as `most` bytes a turn at most; gives what ends that. V8 itself counts all that
 * a turn jumps over. The loop of an interpreter is one huge function, of which a turn runs a hundredth.
 */
export function countTurns(most: number): () => void {
  if ('Deno' in globalThis) return () => undefined
  setFlagsFromString(`--wasm-tiering-budget=${TURNS_OF_A_BUDGET * most}`)
  return () => setFlagsFromString(V8_DEFAULT)
}

/** V8 counts no turn as more than a quarter of the budget that is set while it compiles the loop. */
const TURNS_OF_A_BUDGET = 4

function withFlags<T>(after: number, make: () => T): T {
  if ('Deno' in globalThis) return make() // it has no flags that a program may set
  setFlagsFromString(`--wasm-tiering-budget=${after}`)
  if (isOwnProcess()) setFlagsFromString('--wasm-lazy-validation')
  try {
    return make()
  } finally {
    setFlagsFromString('--no-wasm-lazy-validation')
    setFlagsFromString(V8_DEFAULT)
  }
}
