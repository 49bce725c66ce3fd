import { setImmediate } from 'node:timers/promises'
import {
  asksForDates,
  type DocumentFilter,
  isWritError,
  type SelectedDocuments,
  WritError,
} from '@writ/contract'
import { kindOf } from './document-kind.ts'
import { compileGlob } from './glob.ts'
import { mediaTypeOf } from './media-type.ts'
import type { PackedDocument } from './pack-layout.ts'

/** Alternatives that a glob of a filter may stand for: a frame wrote it, and each document is held against all of them. */
const MOST_ALTERNATIVES = 16

/** Documents that are looked at before others have their turn. */
const TURN = 256

/** The documents that a filter means. Throws `BAD_REQUEST` for a glob that is none. */
export async function selectDocuments(
  documents: readonly PackedDocument[],
  filter: DocumentFilter,
  signal: AbortSignal,
): Promise<SelectedDocuments> {
  const { type } = filter
  const globs = filter.glob?.map(readGlob)
  const docs: string[] = []
  const undated: string[] = []
  for (const [at, { id, extract, day }] of documents.entries()) {
    if (globs !== undefined && at % TURN === TURN - 1) {
      await setImmediate()
      signal.throwIfAborted()
    }
    if (globs?.every((matches) => !matches(id)) === true) continue
    const kind = kindOf({ mediaType: mediaTypeOf(id), ...(extract?.format && { format: extract.format }) })
    if (type?.includes(kind) === false) continue
    if (asksForDates(filter) && day === undefined) undated.push(id)
    else if (isWithin(day ?? '', filter)) docs.push(id)
  }
  return { docs, undated }
}

/** Days, months and years of ISO 8601 are in order of their letters, and a month is the beginning of its days. */
function isWithin(day: string, { since, until }: DocumentFilter): boolean {
  return (
    (since === undefined || day.slice(0, since.length) >= since) &&
    (until === undefined || day.slice(0, until.length) <= until)
  )
}

function readGlob(glob: string): (path: string) => boolean {
  try {
    return compileGlob(glob, MOST_ALTERNATIVES)
  } catch (error) {
    if (isWritError(error)) throw new WritError('BAD_REQUEST', error.message)
    throw error
  }
}
