import {
  type ContextStore,
  flowsTo,
  type GivenNote,
  type GivenNotes,
  isWritError,
  joinLabels,
  type Label,
  type LabelledNote,
  MAX_KEPT_NOTES,
  NOTES,
  type NotePartition,
  type Partition,
} from '@writ/contract'
import { canonicalJson, sha256Hex } from '@writ/evidence'
import { markedRuns } from '../files/note-shelf.ts'
import { type NoteShelf, readNotes } from './read-notes.ts'

type Corpus = Pick<ContextStore, 'partitions' | 'locate' | 'read'>

/** What a run is for, and what its root begins with. */
interface Asking {
  readonly purpose: string
  readonly questionLabel: Label
}

/**
 * What earlier runs left to a run of this corpus, as far as the bytes that it cites stand there still. A note is labelled like
 * documents of the corpus whose label covers its own: then whether there is one changes nothing of what frames can come to.
 */
export async function givenNotes(shelf: NoteShelf, corpus: Corpus, asking: Asking): Promise<GivenNotes> {
  const held = new Map<string, Map<string, GivenNote>>()
  const unreadable: string[] = []
  const count = { stale: 0, leftOut: 0 }
  const place = ({ id }: Partition, run: string, { key, value, citations }: LabelledNote): void => {
    const notes = held.get(id) ?? new Map<string, GivenNote>()
    held.set(id, notes)
    // A newer note takes the place of one with its key.
    if (notes.delete(key)) count.leftOut += 1
    notes.set(key, { key, value, citations, run })
  }
  for (const run of markedRuns(shelf.home, shelf.shelf)) {
    const left = await readNotes(shelf, run).catch(() => null)
    if (left === null) unreadable.push(run)
    for (const { note } of left?.notes ?? []) {
      const partition = placeFor(corpus, note, left?.purpose ?? '', asking)
      if (!(await stands(corpus, note))) count.stale += 1
      else if (partition === undefined) count.leftOut += 1
      else place(partition, run, note)
    }
  }
  const partitions = corpus.partitions.flatMap((partition): NotePartition[] => {
    const all = [...(held.get(partition.id)?.values() ?? [])]
    const notes = all.slice(-MAX_KEPT_NOTES).sort(byRun)
    count.leftOut += all.length - notes.length
    return notes.length === 0 ? [] : [{ partition: asPartition(partition, notes, asking), notes }]
  })
  return { partitions, ...count, unreadable }
}

/** Whether every quote of a note stands where it stood. */
async function stands(corpus: Corpus, { citations }: LabelledNote): Promise<boolean> {
  for (const { doc, start, end, sha256, quote } of citations) {
    const info = corpus.locate(doc)
    if (info === undefined || end > info.bytes || start > end) return false
    const read = await corpus.read(doc, start, end).catch((error: unknown) => {
      if (isWritError(error)) return undefined
      throw error
    })
    if (read?.start !== start || read.end !== end || read.sha256 !== sha256 || read.text !== quote)
      return false
  }
  return true
}

/** The documents that a note is labelled like: the lowest label that covers its own and that of what it cites now. */
function placeFor(
  corpus: Corpus,
  { label, citations }: LabelledNote,
  wrote: string,
  { purpose, questionLabel }: Asking,
): Partition | undefined {
  const { partitions } = corpus
  const cited = new Set(citations.map(({ doc }) => corpus.locate(doc)?.partition))
  const least = partitions
    .filter(({ id }) => cited.has(id))
    .reduce((sum, partition) => joinLabels(sum, partition.label), label)
  const fitting = partitions.filter(
    (partition) =>
      flowsTo(least, joinLabels(partition.label, questionLabel)) &&
      [wrote, purpose].every((one) => partition.purposes.includes(one)),
  )
  const lower = (a: Partition, b: Partition): boolean =>
    flowsTo(a.label, b.label) && !flowsTo(b.label, a.label)
  return fitting.find((one) => !fitting.some((other) => lower(other, one)))
}

function asPartition(
  { id, label, purposes, owner }: Partition,
  notes: readonly GivenNote[],
  { questionLabel }: Asking,
): Partition {
  const json = Buffer.from(canonicalJson(notes))
  return {
    id: sha256Hex(Buffer.from(`notes of ${id}`)).slice(0, 16),
    collection: NOTES,
    label: joinLabels(label, questionLabel),
    purposes,
    owner,
    documents: notes.length,
    bytes: json.length,
    packSha256: sha256Hex(json),
  }
}

function byRun(a: GivenNote, b: GivenNote): number {
  return a.run < b.run ? -1 : a.run > b.run ? 1 : 0
}
