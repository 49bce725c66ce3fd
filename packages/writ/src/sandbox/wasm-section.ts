/** The magic number and the version at the start of a module. */
const HEADER_BYTES = 8

/** A WebAssembly module with one section written anew; the rest of it as it is. Undefined when it has no such section. */
export function replaceSection(
  module: Uint8Array,
  wanted: number,
  rewrite: (section: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  let at = HEADER_BYTES
  while (at < module.length) {
    const id = module[at]
    const size = readUnsigned(module, at + 1)
    const end = size.next + size.value
    if (id === wanted) {
      const section = rewrite(module.subarray(size.next, end))
      const head = Uint8Array.of(wanted, ...unsigned(section.length))
      return Uint8Array.from(Buffer.concat([module.subarray(0, at), head, section, module.subarray(end)]))
    }
    at = end
  }
  return undefined
}

/** An unsigned LEB128 number and where the next byte stands. */
export function readUnsigned(
  bytes: Uint8Array,
  from: number,
): { readonly value: number; readonly next: number } {
  let value = 0
  let next = from
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[next] ?? 0
    next += 1
    value += (byte & 127) * factor
    if (byte < 128) return { value, next }
  }
}

export function unsigned(value: number): number[] {
  const low = value & 127
  return value < 128 ? [low] : [low | 128, ...unsigned(value >>> 7)]
}
