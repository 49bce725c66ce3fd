import { WritError } from '@writ/contract'
import type { ByteSource } from './byte-source.ts'
import { firstDifference, fromUtf8, utf8 } from './encoding.ts'
import type { FileContent } from './file-content.ts'
import { refuse } from './verdict.ts'

// Plain ustar, one form only: regular files, mode 0644, no owner, no time, two zero blocks at the end. The reader takes
// names and sizes from the headers, makes every other byte of the archive again and requires identical ones, so nothing
// in a header, in padding or after the end can hold anything.

const BLOCK = 512
const MAX_NAME = 100
/** What eleven octal digits can say: 8 GiB less one byte. */
const MAX_SIZE: number = 8 ** 11 - 1
/** Most files an archive is read with, so that headers alone cannot fill the memory. */
const MAX_ENTRIES = 65_536
const END: Uint8Array = new Uint8Array(2 * BLOCK)

/** Where the bytes of a file lie in its archive. */
export interface TarEntry {
  readonly offset: number
  readonly size: number
}

/** Whether a name is safe to unpack anywhere: plain ASCII parts, no empty, hidden or dotted ones, not absolute. */
export function isSafeName(name: string): boolean {
  return name.length <= MAX_NAME && /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(name)
}

/**
 * Makes the archive piece by piece, entries in the order given. Throws `INTERNAL` for an unsafe name, a file above
 * 8 GiB, or one that makes other bytes than it said.
 */
export async function* writeTar(files: ReadonlyMap<string, FileContent>): AsyncGenerator<Uint8Array> {
  for (const [name, content] of files) {
    const size = content instanceof Uint8Array ? content.length : content.size
    if (!isSafeName(name)) throw new WritError('INTERNAL', `'${name}' is no safe name for an archive.`)
    if (size > MAX_SIZE) throw new WritError('INTERNAL', `${name} has ${size} bytes.`)
    yield header(name, size)
    if (content instanceof Uint8Array) {
      yield content
    } else {
      let made = 0
      for await (const chunk of content.chunks()) {
        made += chunk.length
        yield chunk
      }
      if (made !== size) throw new WritError('INTERNAL', `${name} made ${made} bytes instead of ${size}.`)
    }
    yield new Uint8Array(padding(size))
  }
  yield END
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

/** The files of an archive in their order. Refuses with `BAD_ARCHIVE` what `writeTar` would not make. */
export async function readTar(archive: ByteSource): Promise<ReadonlyMap<string, TarEntry>> {
  const files = new Map<string, TarEntry>()
  let at = 0
  for (; at + BLOCK <= archive.size; ) {
    const block = await archive.read(at, BLOCK)
    if (block[0] === 0) break
    const { name, size } = entry(block, at)
    requireBytes(block, header(name, size), at)
    const offset = at + BLOCK
    const end = offset + size + padding(size)
    if (end > archive.size) bad(`${name} is cut short`, at)
    if (files.has(name)) bad(`${name} occurs twice`, at)
    if (files.size === MAX_ENTRIES) bad(`there are more than ${MAX_ENTRIES} files`, at)
    requireBytes(
      await archive.read(offset + size, padding(size)),
      END.subarray(0, padding(size)),
      offset + size,
    )
    files.set(name, { offset, size })
    at = end
  }
  if (archive.size - at !== END.length) bad(`its end is not that of its ${files.size} files`, at)
  requireBytes(await archive.read(at, END.length), END, at)
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

function requireBytes(found: Uint8Array, made: Uint8Array, offset: number): void {
  const difference = firstDifference(found, made)
  if (difference !== -1) bad('it is not the archive its files make', offset + difference)
}

function bad(what: string, offset: number): never {
  refuse('BAD_ARCHIVE', `The file is no evidence archive: at byte ${offset} ${what}.`, null)
}
