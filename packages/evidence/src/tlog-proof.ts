import { type LogCheckpoint, parseLogCheckpoint, parseSize } from './checkpoint.ts'
import { base64, concat, fromBase64, fromUtf8, utf8 } from './encoding.ts'
import { formatNote } from './note.ts'
import { refuse } from './verdict.ts'

// C2SP tlog-proof: that a leaf is in a log, as one file: its index, its audit path, and the checkpoint with its
// cosignatures.

const FIRST_LINE = 'c2sp.org/tlog-proof@v1'
/** Hashes an audit path can have in a tree of up to 2^53 leaves. */
const MOST_HASHES = 53

export interface TlogProof {
  /** Bytes that come with the proof; nothing authenticates them by itself. */
  readonly extra?: Uint8Array
  readonly index: number
  /** Audit path, nearest sibling first; 32 bytes each. */
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: LogCheckpoint
}

export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): Uint8Array {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${base64(extra)}`]),
    `index ${index}`,
    ...hashes.map(base64),
    '',
    '',
  ]
  return concat([utf8(lines.join('\n')), formatNote(checkpoint.note)])
}

/** Parses a proof; refuses with `NOT_CANONICAL` whatever `formatTlogProof` would not write. */
export function parseTlogProof(bytes: Uint8Array, at: string): TlogProof {
  const text = fromUtf8(bytes)
  if (text === undefined) refuse('NOT_CANONICAL', `${at} is not UTF-8.`, at)
  const split = text.indexOf('\n\n')
  const [first, ...lines] = text.slice(0, Math.max(split, 0)).split('\n')
  if (first !== FIRST_LINE) refuse('NOT_CANONICAL', `${at} is no ${FIRST_LINE}.`, at)
  const extra = lines[0]?.startsWith('extra ') ? fromBase64((lines.shift() ?? '').slice(6)) : null
  if (extra === undefined) refuse('NOT_CANONICAL', `${at} has an extra line in no canonical Base64.`, at)
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? parseSize(indexLine.slice(6)) : undefined
  if (index === undefined) refuse('NOT_CANONICAL', `${at} has the index line '${indexLine}'.`, at)
  if (lines.length > MOST_HASHES) refuse('NOT_CANONICAL', `${at} has ${lines.length} hashes.`, at)
  const hashes = lines.map((line) => {
    const hash = fromBase64(line)
    return hash?.length === 32 ? hash : refuse('NOT_CANONICAL', `${at} has the hash '${line}'.`, at)
  })
  const checkpoint = parseLogCheckpoint(utf8(text.slice(split + 2)), at)
  return { ...(extra === null ? {} : { extra }), index, hashes, checkpoint }
}
