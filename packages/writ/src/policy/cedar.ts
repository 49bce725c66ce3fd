import { createRequire } from 'node:module'
import { crc32 } from 'node:zlib'
import { optimiseLate } from '../threads/optimise-late.ts'

/** Optimising Cedar's 4 MB takes longer than everything that most runs ask it. */
const OPTIMISED_AFTER = 1_000_000_000

/** What Cedar's code works on. */
export interface CedarInstance {
  readonly memory: WebAssembly.Memory
  /** Slots for the JavaScript values that a call takes or gives. */
  readonly slots: WebAssembly.Table
  /** Length and CRC-32 of the code: they tell one build of Cedar from another. */
  readonly code: string
}

const require = createRequire(import.meta.url)
const loaded = load()

/** Cedar itself. It compiles its code while it is loaded. */
export const cedar: typeof import('@cedar-policy/cedar-wasm/nodejs') = loaded.cedar

export const cedarInstance: CedarInstance = loaded.instance

/** Cedar's package makes its one instance while it is loaded, and keeps it for itself. */
function load(): { readonly cedar: typeof cedar; readonly instance: CedarInstance } {
  const { Instance } = WebAssembly
  const stop = optimiseLate(OPTIMISED_AFTER)
  let code = ''
  let exports = {}
  WebAssembly.Module = watching(WebAssembly.Module, ([bytes]) => {
    code = `${(bytes as Uint8Array).byteLength}/${crc32(bytes as Uint8Array)}`
  })
  WebAssembly.Instance = watching(Instance, (_args, made) => {
    exports = made.exports
  })
  try {
    const cedar = require('@cedar-policy/cedar-wasm/nodejs')
    const { memory, __wbindgen_externrefs: slots } = exports as Record<string, unknown>
    return { cedar, instance: { memory, slots, code } as CedarInstance }
  } finally {
    WebAssembly.Instance = Instance
    stop()
  }
}

/** The class itself, but that `see` is told of everything that is made with it. */
function watching<Class extends new (...args: never[]) => object>(
  made: Class,
  see: (args: readonly unknown[], made: InstanceType<Class>) => void,
): Class {
  return new Proxy(made, {
    construct: (target, args, newTarget) => {
      const object = Reflect.construct(target, args, newTarget) as InstanceType<Class>
      see(args, object)
      return object
    },
  })
}
