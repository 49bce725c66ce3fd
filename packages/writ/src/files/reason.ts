import { WritError } from '@writ/contract'

/** An entry of the log has at most 65,535 bytes; the rest of a statement needs a few thousand of them. */
const MOST_BYTES = 4_096

/** Throws `USAGE` for a reason too long for a signed statement: said before anything is done that needs one. */
export function requireReason(reason: string): void {
  const bytes = Buffer.byteLength(reason)
  if (bytes <= MOST_BYTES) return
  throw new WritError('USAGE', `A reason has at most ${MOST_BYTES} bytes; this one has ${bytes}.`)
}
