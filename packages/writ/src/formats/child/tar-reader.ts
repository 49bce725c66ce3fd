import { MAX_PARTS } from '../limits.ts'
import { Refused } from './refused.ts'

// Reads tar archives (POSIX ustar and pax, and the long names of GNU tar).

const BLOCK = 512
const REGULAR = new Set(['0', '\0', '7'])
/** What is said of all files, and the long target of a link. */
const NOT_OF_FILES = new Set(['g', 'K'])
const LONGEST_HEADER = 1024 * 1024

/** A file in a tar archive; without bytes for a link, a device, or what has holes. */
export interface TarEntry {
  readonly name: string
  readonly bytes: Buffer | undefined
}

/** The files of a tar archive in their order. Throws `Refused`. */
export function readTar(bytes: Uint8Array): TarEntry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: TarEntry[] = []
  let long: string | undefined
  for (let at = 0; at + BLOCK <= file.length; ) {
    const header = file.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) break
    checkSum(header)
    const size = numberIn(header.subarray(124, 136))
    const start = at + BLOCK
    const end = start + size
    if (end > file.length) throw new Refused('damaged', 'it ends inside one of its files')
    const type = header.toString('latin1', 156, 157)
    at = start + Math.ceil(size / BLOCK) * BLOCK
    if (type === 'L' || type === 'x') {
      if (size > LONGEST_HEADER) throw new Refused('damaged', 'it has a name that is too long')
      const said = file.subarray(start, end)
      long = (type === 'L' ? textIn(said) : paxPath(said)) ?? long
    } else if (!NOT_OF_FILES.has(type)) {
      const name = long ?? nameIn(header)
      long = undefined
      if (type === '5' || (REGULAR.has(type) && name.endsWith('/'))) continue
      entries.push({ name, bytes: REGULAR.has(type) ? file.subarray(start, end) : undefined })
      if (entries.length > MAX_PARTS) throw new Refused('limits', `it has more than ${MAX_PARTS} files`)
    }
  }
  return entries
}

/** The sum of the bytes of a header, with spaces in the place of the sum itself. */
function checkSum(header: Buffer): void {
  const said = numberIn(header.subarray(148, 156))
  let sum = 8 * 0x20
  header.forEach((byte, index) => {
    if (index < 148 || index >= 156) sum += byte
  })
  if (sum !== said) throw new Refused('damaged', 'it is no tar archive, or was damaged')
}

/** A number in octal digits, or in base 256 when its first bit says so. */
function numberIn(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0)
    if (!Number.isSafeInteger(value)) throw new Refused('damaged', 'it says a length that cannot be')
    return value
  }
  const digits = textIn(field).trim()
  if (!/^[0-7]*$/.test(digits)) throw new Refused('damaged', 'it is no tar archive, or was damaged')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function nameIn(header: Buffer): string {
  const name = textIn(header.subarray(0, 100))
  const prefix = textIn(header.subarray(345, 500))
  return header.toString('latin1', 257, 263) === 'ustar\0' && prefix !== '' ? `${prefix}/${name}` : name
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}

/** The path in pax records, each `<length> <key>=<value>\n`. */
function paxPath(records: Buffer): string | undefined {
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(0x20, at)
    const length = Number(records.toString('latin1', at, space))
    if (space === -1 || !Number.isSafeInteger(length) || length <= space - at) return undefined
    const record = records.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) return record.slice('path='.length)
    at += length
  }
  return undefined
}
