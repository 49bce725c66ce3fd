import { readUnsigned, replaceSection, unsigned } from '../wasm-section.ts'

/** Id of a module's memory section, and the flag of a memory that says its maximum. */
const MEMORY_SECTION = 5
const HAS_MAXIMUM = 1

/**
 * A WebAssembly module whose one memory may grow to `mostPages` pages of 64 KiB; the rest of it as it is. Throws when it
 * has no memory of its own or one with a maximum.
 */
export function limitMemory(module: Uint8Array, mostPages: number): Uint8Array<ArrayBuffer> {
  const limited = replaceSection(module, MEMORY_SECTION, (section) => {
    const [count, flags] = section
    const least = readUnsigned(section, 2)
    if (count !== 1 || flags !== 0 || least.next !== section.length) throw nothingToLimit()
    return Uint8Array.of(1, HAS_MAXIMUM, ...unsigned(least.value), ...unsigned(mostPages))
  })
  if (limited === undefined) throw nothingToLimit()
  return limited
}

const nothingToLimit = (): Error => new Error('the module has no memory to limit')
