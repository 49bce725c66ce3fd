/** Id of a module's memory section, and the flag of a memory that says its maximum. */
const MEMORY_SECTION = 5
const HAS_MAXIMUM = 1
/** The magic number and the version at the start of a module. */
const HEADER_BYTES = 8

/**
 * A WebAssembly module whose one memory may grow to `mostPages` pages of 64 KiB; the rest of it as it is. Throws when it
 * has no memory of its own or one with a maximum.
 */
export function limitMemory(module: Uint8Array, mostPages: number): Uint8Array<ArrayBuffer> {
  let at = HEADER_BYTES
  while (at < module.length) {
    const id = module[at]
    const size = readUnsigned(module, at + 1)
    const end = size.next + size.value
    if (id === MEMORY_SECTION) {
      const [count, flags] = module.subarray(size.next, size.next + 2)
      const least = readUnsigned(module, size.next + 2)
      if (count !== 1 || flags !== 0 || least.next !== end) break
      const section = [1, HAS_MAXIMUM, ...unsigned(least.value), ...unsigned(mostPages)]
      return Uint8Array.from(
        Buffer.concat([
          module.subarray(0, at),
          Uint8Array.of(MEMORY_SECTION, ...unsigned(section.length), ...section),
          module.subarray(end),
        ]),
      )
    }
    at = end
  }
  throw new Error('the module has no memory to limit')
}

/** An unsigned LEB128 number and where the next byte stands. */
function readUnsigned(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  let next = from
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[next] ?? 0
    next += 1
    value += (byte & 127) * factor
    if (byte < 128) return { value, next }
  }
}

function unsigned(value: number): number[] {
  const low = value & 127
  return value < 128 ? [low] : [low | 128, ...unsigned(value >>> 7)]
}
