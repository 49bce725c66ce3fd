import { type CrossReference, type DefinedTerm, type Span, WritError } from '@writ/contract'
import { documentAt } from '../document-at.ts'
import type { OpenPack } from '../pack-directory.ts'
import { ByteOffsets } from './byte-offsets.ts'
import { findReferences } from './find-references.ts'
import { findTerms } from './find-terms.ts'

/** The text of a longer document is not held in memory as a whole. */
const MOST_BYTES: number = 8 * 1024 * 1024
const MOST_REFERENCES = 20_000

/** Terms that a document defines and its references to its own parts, in order of place. Throws `BAD_REQUEST`. */
export function readReferences(open: OpenPack, id: string): readonly (DefinedTerm | CrossReference)[] {
  const { pack } = open
  const doc = documentAt(open, id).layout
  if (doc.bytes > MOST_BYTES)
    throw new WritError(
      'BAD_REQUEST',
      `${id} has ${doc.bytes} bytes; references are told of documents up to ${MOST_BYTES}.`,
    )
  const text = pack.text(doc, 0, doc.bytes).toString()
  const bytes = new ByteOffsets({ text, offset: 0 })
  const span = (start: number, end: number): Span & { text: string } => {
    const said = text.slice(start, end)
    return { doc: id, ...pack.span(doc, bytes.at(start), bytes.at(end), Buffer.from(said)), text: said }
  }
  const terms = findTerms(text).map(({ start, end, ...term }) => ({
    at: start,
    row: { kind: 'term' as const, ...span(start, end), ...term },
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
    return { at: start, row: { kind: 'reference' as const, ...span(start, end), to: at, problem } }
  })
  if (terms.length + references.length > MOST_REFERENCES)
    throw new WritError('BAD_REQUEST', `${id} has more than ${MOST_REFERENCES} terms and references.`)
  return [...terms, ...references].sort((a, b) => a.at - b.at).map(({ row }) => row)
}
