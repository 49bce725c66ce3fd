/** Whether a byte continues a UTF-8 sequence: a cut in front of it would split a character. */
function continues(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** The nearest character boundary at or before `at`. */
export function boundaryBefore(bytes: Uint8Array, at: number): number {
  let boundary = at
  while (boundary > 0 && continues(bytes[boundary])) boundary -= 1
  return boundary
}

/** The nearest character boundary at or after `at`. */
export function boundaryAfter(bytes: Uint8Array, at: number): number {
  let boundary = at
  while (boundary < bytes.length && continues(bytes[boundary])) boundary += 1
  return boundary
}

/** Bytes a sequence has by its first byte. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}

/** Length of the longest prefix that does not end inside a character. Says nothing about validity. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]
    if (byte === undefined || continues(byte)) continue
    return sequenceLength(byte) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** Where a text begins: behind the byte order mark, where it has one. */
export function textStart(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}
