import type { Refusal } from './refusal.ts'

const NOT_YET = 'which is not read yet'

/** Beginnings of files that are no text, as bytes of Latin-1, and what such a file is. */
const KINDS: readonly (readonly [string, string])[] = [
  ['\x7fELF', 'a program'],
  ['MZ', 'a program for Windows'],
  ['\xca\xfe\xba\xbe', 'a compiled program'],
  ['\xcf\xfa\xed\xfe', 'a program for macOS'],
  ['\0asm', 'a WebAssembly module'],
  ['\x89PNG', 'an image (PNG)'],
  ['\xff\xd8\xff', 'an image (JPEG)'],
  ['GIF8', 'an image (GIF)'],
  ['II*\0', 'an image (TIFF)'],
  ['MM\0*', 'an image (TIFF)'],
  ['BM', 'an image (BMP)'],
  ['\0\0\x01\0', 'an image (icon)'],
  ['\x1f\x8b', 'compressed (gzip)'],
  ['BZh', 'compressed (bzip2)'],
  ['\xfd7zXZ', 'compressed (xz)'],
  ['\x28\xb5\x2f\xfd', 'compressed (zstd)'],
  ["7z\xbc\xaf'\x1c", 'an archive (7z)'],
  ['Rar!', 'an archive (RAR)'],
  ['SQLite format 3\0', 'a SQLite database'],
  ['\xd0\xcf\x11\xe0', `an older Office document, ${NOT_YET}`],
  ['ID3', 'sound (MP3)'],
  ['OggS', 'sound or film (Ogg)'],
  ['fLaC', 'sound (FLAC)'],
  ['\x1aE\xdf\xa3', 'film (Matroska)'],
  ['wOFF', 'a font'],
  ['wOF2', 'a font'],
  ['\0\x01\0\0', 'a font'],
  ['OTTO', 'a font'],
  ['PAR1', 'a Parquet table'],
  ['\xfe\xed\xfe\xed', 'a Java keystore'],
]

/** Parts of the first bytes of a ZIP file that say what is packed into it. */
const ZIPPED: readonly (readonly [string, string])[] = [
  ['word/', 'a Word document under another name'],
  ['xl/', 'an Excel table under another name'],
  ['ppt/', `a PowerPoint file, ${NOT_YET}`],
  ['application/epub+zip', `an e-book (EPUB), ${NOT_YET}`],
  ['application/vnd.oasis.opendocument', `an OpenDocument file, ${NOT_YET}`],
  ['META-INF/', 'a Java archive'],
]

/** Bytes of the beginning that are looked at. */
const LOOKED_AT = 4096

/** A PDF is no text even where all of it could be decoded: what it says is not in its bytes as they stand. */
export function refusePdf(first: Buffer): Refusal | undefined {
  if (!/^(\xef\xbb\xbf)?\s{0,64}%PDF-\d/.test(first.toString('latin1', 0, 80))) return undefined
  return { code: 'binary', reason: 'it is a PDF under the name of a text; rename it to end in .pdf' }
}

/** The refusal of a file whose first bytes are known not to be those of a text. */
export function refuseKnown(first: Buffer): Refusal | undefined {
  const kind = kindOf(first.toString('latin1', 0, LOOKED_AT))
  return kind === undefined ? undefined : { code: 'binary', reason: `it is ${kind}` }
}

function kindOf(start: string): string | undefined {
  if (start.startsWith('PK\x03\x04')) {
    const packed = ZIPPED.find(([part]) => start.includes(part))
    return packed === undefined ? 'an archive (ZIP)' : packed[1]
  }
  if (/^RIFF.{4}WEBP/s.test(start)) return 'an image (WebP)'
  if (/^RIFF.{4}(WAVE|AVI )/s.test(start)) return 'sound or film'
  if (/^.{4}ftyp/s.test(start)) return 'film or an image (MP4, HEIC)'
  if (start.slice(257, 262) === 'ustar') return 'an archive (tar)'
  return KINDS.find(([beginning]) => start.startsWith(beginning))?.[1]
}
