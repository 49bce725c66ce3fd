import type { Parsed, ParsedMember, ParseRequest } from '@writ/contract'
import { MAX_PARTS } from '../limits.ts'
import { withNewlines } from './mail-lines.ts'
import { Refused } from './refused.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** The line in front of a message: who sent it, and when it came. */
const SEPARATOR = /^From .{0,200}\d{1,2}:\d{2}/

/** The messages of a mailbox (RFC 4155), each a file of its own named by its number. */
export function parseMbox({ bytes: given }: ParseRequest): Parsed {
  const bytes = withNewlines(given)
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const starts = separators(file)
  if (starts.length === 0 || starts[0] !== 0)
    throw new Refused('damaged', 'it is no mailbox: no message begins it')
  if (starts.length > MAX_PARTS)
    throw new Refused('limits', `it has more than ${MAX_PARTS} messages; split it`)
  const digits = Math.max(4, `${starts.length}`.length)
  const members: ParsedMember[] = starts.map((start, at) => {
    const begin = file.indexOf(NEWLINE, start) + 1
    const text = file.toString('latin1', begin === 0 ? file.length : begin, starts[at + 1] ?? file.length)
    // A line that looked like one in front of a message was quoted.
    const unquoted = text.replaceAll(/^>(>*From )/gm, '$1')
    return { name: `${`${at + 1}`.padStart(digits, '0')}.eml`, bytes: Buffer.from(unquoted, 'latin1') }
  })
  return { members, left: [] }
}

/** Where lines are that begin a message: the first one, and those after an empty line. */
function separators(file: Buffer): number[] {
  const starts: number[] = []
  for (let at = 0; at !== -1; at = next(file, at)) {
    const emptyBefore =
      at === 0 ||
      file[at - 2] === NEWLINE ||
      (file[at - 2] === RETURN && file[at - 3] === NEWLINE) ||
      at === 1
    if (emptyBefore && SEPARATOR.test(file.toString('latin1', at, at + 256))) starts.push(at)
  }
  return starts
}

function next(file: Buffer, at: number): number {
  const found = file.indexOf('\nFrom ', at)
  return found === -1 ? -1 : found + 1
}
