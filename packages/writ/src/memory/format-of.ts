import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Format } from '@writ/contract'
import { isTextName } from './media-type.ts'

/** Bytes of the beginning by which a format is told. */
const LOOKED_AT = 4096

/** Formats that a name alone tells: their files are text, too. */
const BY_NAME: Readonly<Record<string, Format>> = {
  htm: 'html',
  html: 'html',
  xhtml: 'html',
  eml: 'email',
  mbox: 'mbox',
  mbx: 'mbox',
}

/** Packed formats whose parts may be in any order, so that the beginning may not show them. */
const PACKED: Readonly<Record<string, Format>> = {
  docx: 'docx',
  docm: 'docx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  zip: 'zip',
}

/** What the parts of a packed file make it; undefined for formats that are not read. */
const PARTS: readonly (readonly [string, Format | undefined])[] = [
  ['word/', 'docx'],
  ['xl/', 'xlsx'],
  ['ppt/', undefined],
  ['application/epub+zip', undefined],
  ['application/vnd.oasis.opendocument', undefined],
  ['META-INF/', undefined],
]

const MAILBOX = /^From \S+ .{0,80}\d{4}\r?\n[A-Za-z][A-Za-z-]{0,60}: /

/** The format that a file has to be parsed by; undefined for what is text, or is not read. */
export function formatOf(path: string, name: string): Format | undefined {
  const extension = extensionOf(name)
  const named = Object.hasOwn(BY_NAME, extension) ? BY_NAME[extension] : undefined
  // INVARIANT: a file whose name says that it is text is not opened for this.
  if (named !== undefined || isTextName(name)) return named
  const start = beginningOf(path)
  return start === undefined ? undefined : formatOfBytes(start, extension)
}

/** The format of bytes that have a name, or none of those that are parsed. */
export function formatOfMember(bytes: Uint8Array, name: string): Format | undefined {
  const extension = extensionOf(name)
  if (Object.hasOwn(BY_NAME, extension)) return BY_NAME[extension]
  return formatOfBytes(Buffer.from(bytes.subarray(0, LOOKED_AT)).toString('latin1'), extension)
}

function formatOfBytes(start: string, extension: string): Format | undefined {
  if (/^(\xef\xbb\xbf)?\s{0,64}%PDF-\d/.test(start.slice(0, 80))) return 'pdf'
  if (start.startsWith('PK\x03\x04')) return packedFormat(start, extension)
  if (start.startsWith('\x1f\x8b')) return 'gzip'
  if (start.startsWith('SQLite format 3\0')) return 'sqlite'
  if (start.slice(257, 262) === 'ustar') return 'tar'
  return MAILBOX.test(start) ? 'mbox' : undefined
}

function packedFormat(start: string, extension: string): Format | undefined {
  const named = Object.hasOwn(PACKED, extension) ? PACKED[extension] : undefined
  if (named !== undefined) return named
  const part = PARTS.find(([name]) => start.includes(name))
  return part === undefined ? 'zip' : part[1]
}

function extensionOf(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1)
  const dot = base.lastIndexOf('.')
  return dot <= 0 ? '' : base.slice(dot + 1).toLowerCase()
}

function beginningOf(path: string): string | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch {
    return undefined
  }
  try {
    if (!fstatSync(fd).isFile()) return undefined
    const bytes = Buffer.alloc(LOOKED_AT)
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, LOOKED_AT, 0))
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}
