import { createHash } from 'node:crypto'
import { defined } from '@writ/contract'
import { type Feed, isRefusal } from './document-source.ts'
import { PIECE_BYTES } from './limits.ts'
import type { PackedDocument } from './pack-layout.ts'
import type { PackSet } from './pack-set.ts'
import { wholeCharacters } from './utf8.ts'

/** Feeds a document as a pack has it, with its secrets masked and with what its parser knew. */
export function packedFeed(set: PackSet, doc: PackedDocument): Feed {
  return (take) => {
    for (let at = 0; at < doc.bytes; ) {
      const most = set.text(doc, at, Math.min(doc.bytes, at + PIECE_BYTES))
      const piece = at + most.length < doc.bytes ? most.subarray(0, wholeCharacters(most)) : most
      take(piece)
      at += piece.length
    }
    const { original, extract, day } = doc
    if (extract === undefined) return defined({ original, day })
    const { notes, tables, ...source } = extract
    return {
      ...defined({ original, day }),
      extract: {
        ...source,
        ...(notes === undefined ? {} : { notes: () => Buffer.from(JSON.stringify(set.notes(doc))) }),
        ...(tables === undefined ? {} : { tables: () => Buffer.from(JSON.stringify(set.tables(doc))) }),
      },
    }
  }
}

/** Whether a feed gives what a pack has of a document. */
export function feedsTheSame(
  feed: Feed,
  set: PackSet,
  doc: PackedDocument,
  masked: string | undefined,
): boolean {
  const hash = createHash('sha256')
  const outcome = feed((piece) => void hash.update(piece))
  if (isRefusal(outcome) || outcome.masked !== masked) return false
  if (JSON.stringify(outcome.original) !== JSON.stringify(doc.original)) return false
  const kept = createHash('sha256')
  for (const piece of set.pieces(doc)) kept.update(piece)
  return hash.digest('hex') === kept.digest('hex')
}
