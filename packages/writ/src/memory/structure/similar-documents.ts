import type { SimilarDocument, SimilarList, SimilarRequest } from '@writ/contract'
import { documentAt } from '../document-at.ts'
import type { OpenPack } from '../pack-directory.ts'
import type { PackedDocument } from '../pack-layout.ts'
import { sha256 } from '../sha256.ts'
import { estimate, jaccard, MARGIN, shinglesOf, sketchOf } from './shingles.ts'

/** A longer text is compared as a whole only: its shingles are held in memory. */
const MOST_COMPARED_BYTES: number = 16 * 1024 * 1024

/** What is kept of a document; a sketch of null is that of a text that is too long. */
interface Sketched {
  readonly sha256: string
  readonly sketch: Float64Array | null
}

const kept = new WeakMap<OpenPack, Map<string, Sketched>>()

/**
 * The documents of a pack that are similar to a document or a text. Sketches are made at first use and kept as long as the
 * pack is open. What they let through is compared by the texts themselves.
 */
export function similarDocuments(
  open: OpenPack,
  of: OpenPack | undefined,
  { to, k, least, docs }: SimilarRequest,
  signal: AbortSignal,
): SimilarList {
  const query = 'doc' in to ? textOf(of ?? open, to.doc) : Buffer.from(to.text)
  const own = { sha256: sha256(query), shingles: comparable(query) }
  const sketch = own.shingles && sketchOf(own.shingles)
  const wanted = docs && new Set(docs)
  const rows: SimilarDocument[] = []
  let tooLong = 0
  for (const doc of open.pack.documents) {
    if (('doc' in to && to.doc === doc.id) || wanted?.has(doc.id) === false) continue
    signal.throwIfAborted()
    const other = sketched(open, doc)
    const identical = other.sha256 === own.sha256
    if (!identical && (other.sketch === null || own.shingles === null)) tooLong += 1
    const near = sketch !== null && other.sketch !== null && estimate(sketch, other.sketch) >= least - MARGIN
    if (!identical && !near) continue
    const similarity = identical
      ? 1
      : jaccard(own.shingles ?? NONE, shinglesOf(textOf(open, doc.id).toString()))
    if (identical || (similarity >= least && similarity > 0))
      rows.push({ doc: doc.id, title: documentAt(open, doc.id).title, similarity, identical })
  }
  rows.sort((a, b) => b.similarity - a.similarity || (a.doc < b.doc ? -1 : 1))
  return { found: rows.slice(0, k), truncated: rows.length > k, tooLong }
}

const NONE: Float64Array = new Float64Array(0)

function sketched(open: OpenPack, doc: PackedDocument): Sketched {
  const all = kept.get(open) ?? new Map<string, Sketched>()
  kept.set(open, all)
  const known = all.get(doc.id)
  if (known !== undefined) return known
  const text = textOf(open, doc.id)
  const shingles = comparable(text)
  const made = { sha256: sha256(text), sketch: shingles && sketchOf(shingles) }
  all.set(doc.id, made)
  return made
}

function comparable(text: Buffer): Float64Array | null {
  return text.length > MOST_COMPARED_BYTES ? null : shinglesOf(text.toString())
}

function textOf(open: OpenPack, id: string): Buffer {
  const { pack } = open
  const doc = documentAt(open, id).layout
  return pack.text(doc, 0, doc.bytes)
}
