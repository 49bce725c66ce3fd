import { WritError } from '@writ/contract'
import { concat, firstDifference, fromUtf8, utf8 } from './encoding.ts'
import { refuse } from './verdict.ts'

// Plain ustar, one form only: regular files, mode 0644, no owner, no time, two zero blocks at the end. The reader takes
// names and sizes from the headers, makes the archive again and requires identical bytes, so nothing in a header,
// in padding or after the end can hold anything.

const BLOCK = 512
const MAX_NAME = 100
/** What eleven octal digits can say: 8 GiB less one byte. */
const MAX_SIZE: number = 8 ** 11 - 1

/** Whether a name is safe to unpack anywhere: plain ASCII parts, no empty, hidden or dotted ones, not absolute. */
export function isSafeName(name: string): boolean {
  return name.length <= MAX_NAME && /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(name)
}

/** Makes the archive, entries in the order given. Throws `INTERNAL` for an unsafe name or a file above 8 GiB. */
export function writeTar(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, bytes] of files) {
    if (!isSafeName(name)) throw new WritError('INTERNAL', `'${name}' is no safe name for an archive.`)
    if (bytes.length > MAX_SIZE) throw new WritError('INTERNAL', `${name} has ${bytes.length} bytes.`)
    parts.push(header(name, bytes.length), bytes, new Uint8Array(padding(bytes.length)))
  }
  parts.push(new Uint8Array(2 * BLOCK))
  return concat(parts)
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

function header(name: string, size: number): Uint8Array {
  const zeros = (n: number): string => '\0'.repeat(n)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  const none = '0000000\0'
  const file = `${name}${zeros(MAX_NAME - name.length)}0000644\0${none}${none}`
  const before = `${file}${octal(size, 11)}\0${octal(0, 11)}\0`
  const after = `0${zeros(100)}ustar\u000000${zeros(64)}${none}${none}${zeros(167)}`
  const block = utf8(`${before}        ${after}`) // the checksum counts as spaces
  let sum = 0
  for (const byte of block) sum += byte
  block.set(utf8(`${octal(sum, 6)}\0 `), before.length)
  return block
}

/** The files of an archive in their order, without copying. Refuses with `BAD_ARCHIVE` what `writeTar` would not make. */
export function readTar(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let offset = 0
  for (; offset + BLOCK <= archive.length && archive[offset] !== 0; ) {
    const { name, size } = entry(archive.subarray(offset, offset + BLOCK), offset)
    const start = offset + BLOCK
    if (start + size > archive.length) bad(`${name} is cut short`, offset)
    if (files.has(name)) bad(`${name} occurs twice`, offset)
    files.set(name, archive.subarray(start, start + size))
    offset = start + size + padding(size)
  }
  const difference = firstDifference(archive, writeTar(files))
  if (difference !== -1) bad(`it is not the archive its ${files.size} entries make`, difference)
  return files
}

function entry(block: Uint8Array, offset: number): { readonly name: string; readonly size: number } {
  const end = block.subarray(0, MAX_NAME).indexOf(0)
  const name = fromUtf8(block.subarray(0, end === -1 ? MAX_NAME : end)) ?? ''
  if (!isSafeName(name)) bad(`'${name}' is no safe name`, offset)
  const size = fromUtf8(block.subarray(124, 136)) ?? ''
  if (!/^[0-7]{11}\0$/.test(size)) bad(`${name} has no size`, offset)
  return { name, size: Number.parseInt(size, 8) }
}

function bad(what: string, offset: number): never {
  refuse('BAD_ARCHIVE', `The file is no evidence archive: at byte ${offset} ${what}.`, null)
}
