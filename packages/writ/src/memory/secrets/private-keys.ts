/** Longest private key in PEM form that is looked for; 16,384 bits of RSA take 13,000 bytes. */
export const MAX_KEY_BYTES: number = 24 * 1024

/** Most bytes from `-----BEGIN` to what says that a private key follows. */
const MAX_HEADER_BYTES = 48

const NAME = Buffer.from('PRIVATE KEY')
const BEGIN = Buffer.from('-----BEGIN')
const END = Buffer.from('-----END')
const DASHES = Buffer.from('-----')

/** A line of a key; what stands between the marks in a manual is shorter. */
const KEY_LINE = /[A-Za-z0-9+/=]{32}/

/** The private keys in PEM form, OpenPGP ones too, whose name stands in [from, to). Takes linear time. */
export function* findPrivateKeys(
  bytes: Buffer,
  from: number,
  to: number,
): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = bytes.indexOf(NAME, from); at !== -1 && at < to; at = bytes.indexOf(NAME, at + 1)) {
    const before = Math.max(0, at - MAX_HEADER_BYTES)
    const begin = bytes.subarray(before, at).lastIndexOf(BEGIN)
    const dashes = bytes.subarray(at, at + MAX_HEADER_BYTES).indexOf(DASHES)
    if (begin === -1 || dashes === -1) continue
    const start = before + begin
    const end = endOfKey(bytes, at + dashes + DASHES.length, start + MAX_KEY_BYTES)
    if (end !== undefined) yield { start, end }
  }
}

/** Where the key ends whose first byte is at `body`, or undefined when none is there. */
function endOfKey(bytes: Buffer, body: number, limit: number): number | undefined {
  const next = bytes.subarray(body, limit).indexOf(BEGIN)
  const room = bytes.subarray(body, next === -1 ? limit : body + next)
  const foot = room.indexOf(END)
  if (foot !== -1) {
    if (!KEY_LINE.test(room.toString('latin1', 0, foot))) return undefined
    const rest = room.subarray(foot + END.length, foot + MAX_HEADER_BYTES).indexOf(DASHES)
    return body + foot + END.length + (rest === -1 ? 0 : rest + DASHES.length)
  }
  // Cut off: as far as it looks like a key.
  const [key] = /^(?:[\s\\]|\\[nr])*[A-Za-z0-9+/=]{32}[A-Za-z0-9+/=\s\\]*/.exec(room.toString('latin1')) ?? []
  return key === undefined ? undefined : body + key.length
}
