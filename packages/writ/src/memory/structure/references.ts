import { type CrossReference, type DefinedTerm, type Span, WritError } from '@writ/contract'
import { documentAt } from '../document-at.ts'
import type { OpenPack } from '../pack-directory.ts'
import { ByteOffsets } from './find-in-text.ts'
import { findReferences } from './find-references.ts'
import { findTerms } from './find-terms.ts'

/** A longer document is held in memory nowhere as a whole for its links. */
const MOST_BYTES: number = 8 * 1024 * 1024
const MOST_LINKS = 20_000

/** Terms that a document defines and its references to its own parts, in order of place. Throws `BAD_REQUEST`. */
export function readReferences({ pack }: OpenPack, id: string): readonly (DefinedTerm | CrossReference)[] {
  const doc = documentAt(pack, id)
  if (doc.bytes > MOST_BYTES)
    throw new WritError(
      'BAD_REQUEST',
      `${id} has ${doc.bytes} bytes; links are told of documents up to ${MOST_BYTES}.`,
    )
  const text = pack.text(doc, 0, doc.bytes).toString()
  const bytes = new ByteOffsets({ text, offset: 0 })
  const span = (start: number, end: number): Span & { text: string } => {
    const said = text.slice(start, end)
    return { doc: id, ...pack.span(doc, bytes.at(start), bytes.at(end), Buffer.from(said)), text: said }
  }
  const terms = findTerms(text).map(({ start, end, ...term }) => ({
    at: start,
    link: { kind: 'term' as const, ...span(start, end), ...term },
  }))
  const references = findReferences(text).map(({ start, end, to, problem }) => {
    const at =
      to === null
        ? null
        : {
            ...to,
            doc: id,
            start: pack.fileOffset(doc, bytes.at(to.start)),
            end: pack.fileOffset(doc, bytes.at(to.end)),
          }
    return { at: start, link: { kind: 'reference' as const, ...span(start, end), to: at, problem } }
  })
  if (terms.length + references.length > MOST_LINKS)
    throw new WritError('BAD_REQUEST', `${id} has more than ${MOST_LINKS} terms and references.`)
  return [...terms, ...references].sort((a, b) => a.at - b.at).map(({ link }) => link)
}
