import type { CorpusChanges } from '@writ/contract'
import type { FileRecord } from './file-record.ts'

/** What became of the documents of a corpus: `same` are the files that are as they were. */
export function changesOf(
  before: Iterable<FileRecord>,
  now: readonly FileRecord[],
  same: ReadonlySet<string>,
): CorpusChanges {
  const known = new Set([...before].flatMap(({ docs }) => docs))
  const added: string[] = []
  const changed: string[] = []
  let unchanged = 0
  for (const { id, docs } of now) {
    for (const doc of docs) {
      if (!known.has(doc)) added.push(doc)
      else if (same.has(id)) unchanged += 1
      else changed.push(doc)
      known.delete(doc)
    }
  }
  return { added: added.sort(), changed: changed.sort(), removed: [...known].sort(), unchanged }
}
