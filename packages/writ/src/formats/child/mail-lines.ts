const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Mail whose lines end in a newline. Where none does, each return is an end, as old systems wrote it: all bytes stay where they
 * were. Mail of both is as it was.
 */
export function withNewlines(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(NEWLINE) || !bytes.includes(RETURN)) return bytes
  return bytes.map((byte) => (byte === RETURN ? NEWLINE : byte))
}

/** Whether a line of headers has a return within: it is one line to some readers, and several to others. */
export function hasReturnInHeaders(bytes: Uint8Array): boolean {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const end = message.search(/\n\r*\n/)
  return /\r(?![\r\n])/.test(end < 0 ? message : message.slice(0, end + 1))
}
