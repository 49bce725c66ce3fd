import { crc32, inflateRawSync } from 'node:zlib'
import { MAX_PARTS, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_COUNTS_FROM } from '../limits.ts'
import { Refused } from './refused.ts'

// Reads ZIP files by their central directory (APPNOTE.TXT). What it says of sizes is held against what comes out.

const END_SIGNATURE = 0x0605_4b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const ENTRY_SIGNATURE = 0x0201_4b50
const ENTRY_BYTES = 46
const LOCAL_SIGNATURE = 0x0403_4b50
const LOCAL_BYTES = 30
const WIDE = 0xffff_ffff
const ZIP64_FIELD = 1

const ENCRYPTED = 1
const UTF_8_NAME = 0x800
const STORED = 0
const DEFLATED = 8
const FILE_TYPE = 0o170_000
const LINK = 0o120_000

/** A part of a ZIP file, as its directory says. */
export interface ZipEntry {
  readonly name: string
  readonly isDirectory: boolean
  readonly isLink: boolean
  /** Unpacks it. Throws `Refused` where it is encrypted, damaged, or becomes too large. */
  read(): Buffer
}

interface Listed {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly mode: number
  readonly offset: number
}

/** What may still come out of a packed file. */
export class UnpackingRoom {
  #left = MAX_UNPACKED_BYTES

  /** The most that so many packed bytes may become. */
  most(packed: number): number {
    return Math.min(this.#left, Math.max(RATIO_COUNTS_FROM, packed * MAX_RATIO))
  }

  take(bytes: number): void {
    this.#left -= bytes
  }
}

/** The parts of a ZIP file in the order of its directory. Throws `Refused`. */
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const room = new UnpackingRoom()
  const listed = directoryOf(file)
  const after = nextStarts(listed)
  return listed.map((entry) => {
    return {
      name: entry.name,
      isDirectory: entry.name.endsWith('/'),
      isLink: (entry.mode & FILE_TYPE) === LINK,
      read: () => unpack(file, entry, room, after.get(entry.offset) ?? Infinity),
    }
  })
}

/** Where the next part begins, for each place where one does: there itself, when several begin there. */
function nextStarts(listed: readonly Listed[]): ReadonlyMap<number, number> {
  const starts = listed.map(({ offset }) => offset).sort((a, b) => b - a)
  return new Map(starts.map((start, at) => [start, starts[at - 1] ?? Infinity]))
}

function directoryOf(file: Buffer): Listed[] {
  const end = endOf(file)
  const count = file.readUInt16LE(end + 10)
  let at = file.readUInt32LE(end + 16)
  if (count === 0xffff || at === WIDE)
    throw new Refused('limits', 'it has more parts than a file may (ZIP64)')
  if (count > MAX_PARTS) throw new Refused('limits', `it has ${count} parts; at most ${MAX_PARTS} are read`)
  const listed: Listed[] = []
  for (let n = 0; n < count; n += 1) {
    if (at + ENTRY_BYTES > file.length || file.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw new Refused('damaged', 'its list of parts ends early')
    const [name, extra, comment] = [28, 30, 32].map((field) => file.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ]
    const nameEnd = at + ENTRY_BYTES + name
    if (nameEnd + extra + comment > file.length) throw new Refused('damaged', 'its list of parts ends early')
    const flags = file.readUInt16LE(at + 8)
    const wide = wideSizes(file.subarray(nameEnd, nameEnd + extra))
    const next = (value: number): number => (value === WIDE ? (wide.shift() ?? value) : value)
    const size = next(file.readUInt32LE(at + 24))
    const packed = next(file.readUInt32LE(at + 20))
    listed.push({
      flags,
      size,
      packed,
      name: nameOf(file.subarray(at + ENTRY_BYTES, nameEnd), flags),
      method: file.readUInt16LE(at + 10),
      crc: file.readUInt32LE(at + 16),
      mode: file.readUInt16LE(at + 40),
      offset: next(file.readUInt32LE(at + 42)),
    })
    at = nameEnd + extra + comment
  }
  return listed
}

function endOf(file: Buffer): number {
  const first = Math.max(0, file.length - END_BYTES - LONGEST_COMMENT)
  for (let at = file.length - END_BYTES; at >= first; at -= 1) {
    if (file.readUInt32LE(at) === END_SIGNATURE) return at
  }
  throw new Refused('damaged', 'it has no list of its parts, so it is no ZIP file or was cut short')
}

/** The 64-bit numbers of an entry whose own fields are too narrow, in their order. */
function wideSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_FIELD) continue
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2))
    const numbers: number[] = []
    for (let field = at + 4; field + 8 <= end; field += 8) numbers.push(Number(extra.readBigUInt64LE(field)))
    return numbers
  }
  return []
}

function nameOf(bytes: Buffer, flags: number): string {
  const text = bytes.toString('utf8')
  const isUtf8 = (flags & UTF_8_NAME) !== 0 || Buffer.from(text).equals(bytes)
  return isUtf8 ? text : bytes.toString('latin1')
}

function unpack(
  file: Buffer,
  { flags, method, crc, packed, size, offset }: Listed,
  room: UnpackingRoom,
  nextStart: number,
): Buffer {
  if ((flags & ENCRYPTED) !== 0) throw new Refused('encrypted', 'a password protects it')
  if (method !== STORED && method !== DEFLATED)
    throw new Refused('binary', `it is packed by a method that is not read (${method})`)
  if (offset + LOCAL_BYTES > file.length || file.readUInt32LE(offset) !== LOCAL_SIGNATURE)
    throw new Refused('damaged', 'it is not where the list of parts says')
  const start = offset + LOCAL_BYTES + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28)
  const end = start + packed
  if (end > file.length) throw new Refused('damaged', 'it is longer than its file')
  if (nextStart < end)
    throw new Refused('limits', 'its bytes are those of another part, too, as in an archive that is to burst')
  const most = room.most(packed)
  if (size > most) throw tooLarge()
  const bytes = method === STORED ? file.subarray(start, end) : inflated(file.subarray(start, end), most)
  room.take(bytes.length)
  if (bytes.length !== size) throw new Refused('damaged', 'it has another length than the list of parts says')
  if (crc32(bytes) !== crc) throw new Refused('damaged', 'its bytes are not those that were packed')
  return bytes
}

function inflated(packed: Buffer, most: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Refused('damaged', 'it cannot be unpacked')
  }
}

export function tooLarge(): Refused {
  return new Refused('limits', 'it unpacks to more than a file may')
}
