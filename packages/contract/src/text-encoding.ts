/** How the bytes of a document's file stand for its text. A byte order mark is the first character of the text. */
export type TextEncoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be'

/** Bytes that a part of a document's text takes in its file. */
export function encodedBytes(text: string, encoding: TextEncoding): number {
  switch (encoding) {
    case 'utf-8':
      return utf8Bytes(text)
    case 'windows-1252':
      return text.length
    default:
      return 2 * text.length
  }
}

function utf8Bytes(text: string): number {
  let bytes = 0
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
