import { type LogCheckpoint, parseLogCheckpoint, parseSize } from './checkpoint.ts'
import { base64, fromBase64, fromUtf8, utf8 } from './encoding.ts'
import { formatNote } from './note.ts'
import { refuse } from './verdict.ts'

// The body of a C2SP tlog-witness add-checkpoint request: the size the witness is thought to know, a consistency proof
// from there, and the checkpoint to cosign.

/** Hashes a request may carry. */
const MOST_HASHES = 63

export interface AddCheckpoint {
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly checkpoint: LogCheckpoint
}

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array {
  const lines = [`old ${oldSize}`, ...proof.map(base64), '', ''].join('\n')
  return utf8(lines + (fromUtf8(formatNote(checkpoint.note)) ?? ''))
}

/** Parses a request; refuses with `NOT_CANONICAL` whatever `formatAddCheckpoint` would not write. */
export function parseAddCheckpoint(bytes: Uint8Array, at: string): AddCheckpoint {
  const text = fromUtf8(bytes)
  const split = text?.indexOf('\n\n') ?? -1
  if (text === undefined || split === -1) refuse('NOT_CANONICAL', `${at} is no add-checkpoint request.`, at)
  const [first = '', ...lines] = text.slice(0, split).split('\n')
  const oldSize = first.startsWith('old ') ? parseSize(first.slice(4)) : undefined
  if (oldSize === undefined) refuse('NOT_CANONICAL', `${at} has the first line '${first}'.`, at)
  if (lines.length > MOST_HASHES) refuse('NOT_CANONICAL', `${at} has ${lines.length} hashes.`, at)
  const proof = lines.map((line) => {
    const hash = fromBase64(line)
    return hash?.length === 32 ? hash : refuse('NOT_CANONICAL', `${at} has the hash '${line}'.`, at)
  })
  return { oldSize, proof, checkpoint: parseLogCheckpoint(utf8(text.slice(split + 2)), at) }
}
