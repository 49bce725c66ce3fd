import { readUnsigned, replaceSection, unsigned } from '../wasm-section.ts'

const EXPORT_SECTION = 7

/** A WebAssembly module with only those of its exports that are wanted; the rest of it as it is. */
export function keepExports(
  module: Uint8Array,
  isWanted: (name: string) => boolean,
): Uint8Array<ArrayBuffer> {
  const trimmed = replaceSection(module, EXPORT_SECTION, (section) => {
    const kept = exportsIn(section).filter(({ name }) => isWanted(name))
    return Buffer.concat([Uint8Array.from(unsigned(kept.length)), ...kept.map(({ bytes }) => bytes)])
  })
  if (trimmed === undefined) throw new Error('the module has no exports')
  return trimmed
}

/** Each export: the length of its name, its name, its kind, and its number among those of its kind. */
function exportsIn(section: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] {
  const count = readUnsigned(section, 0)
  let at = count.next
  return Array.from({ length: count.value }, () => {
    const length = readUnsigned(section, at)
    const named = length.next + length.value
    const { next } = readUnsigned(section, named + 1)
    const name = Buffer.from(section.subarray(length.next, named)).toString()
    const bytes = section.subarray(at, next)
    at = next
    return { name, bytes }
  })
}
