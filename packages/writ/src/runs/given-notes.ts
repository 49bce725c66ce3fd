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
  MAX_RECORD_BYTES,
  NOTES,
  type NotePartition,
  type Partition,
} from '@writ/contract'
import { canonicalJson, sha256Hex } from '@writ/evidence'
import { markedRuns } from '../files/note-shelf.ts'
import { type NoteShelf, readNotes } from './read-notes.ts'

type Corpus = Pick<ContextStore, 'partitions' | 'locate' | 'read' | 'origin'>

/** Bytes of the opening record that are for neither its corpus nor notes. */
const OPENING_REST_BYTES: number = 24 * 1024

/** Most runs that are named as unreadable. */
const MOST_UNREADABLE = 100

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
  const chosen = corpus.partitions.map((partition) => {
    const notes = [...(held.get(partition.id)?.values() ?? [])]
    count.leftOut += notes.length
    return { partition, notes: notes.slice(-MAX_KEPT_NOTES) }
  })
  const named = nameable(chosen, corpus, asking)
  const partitions = chosen.flatMap(({ partition, notes: all }): NotePartition[] => {
    const notes = all.filter(({ run }) => named.get(partition)?.has(run)).sort(byRun)
    count.leftOut -= notes.length
    return notes.length === 0 ? [] : [{ partition: asPartition(partition, notes, asking), notes }]
  })
  return { partitions, ...count, unreadable: unreadable.slice(-MOST_UNREADABLE) }
}

/** The runs that the opening record has room to name in each partition, the newest first: the corpus and the rest come before. */
function nameable(
  chosen: readonly { readonly partition: Partition; readonly notes: readonly GivenNote[] }[],
  corpus: Corpus,
  asking: Asking,
): ReadonlyMap<Partition, ReadonlySet<string>> {
  const named = new Map<Partition, Set<string>>()
  const runs = chosen.flatMap(({ partition, notes }) =>
    [...new Set(notes.map(({ run }) => run))].map((run) => ({ partition, run })),
  )
  let room = MAX_RECORD_BYTES - OPENING_REST_BYTES - bytesOf(corpus.partitions)
  for (const { partition, run } of runs.sort((a, b) => byRun(b, a))) {
    const first = named.has(partition) ? 0 : bytesOf(asPartition(partition, [], asking))
    room -= first + bytesOf({ run, notes: MAX_KEPT_NOTES })
    if (room < 0) break
    named.set(partition, (named.get(partition) ?? new Set()).add(run))
  }
  return named
}

function bytesOf(said: unknown): number {
  return Buffer.byteLength(JSON.stringify(said)) + 1
}

/** Whether every quote of a note stands where it stood. */
async function stands(corpus: Corpus, { citations }: LabelledNote): Promise<boolean> {
  for (const { doc, start, end, sha256, quote, origin } of citations) {
    const info = corpus.locate(doc)
    if (info === undefined || end > info.bytes || start > end) return false
    const read = await corpus.read(doc, start, end).catch((error: unknown) => {
      if (isWritError(error)) return undefined
      throw error
    })
    if (read?.start !== start || read.end !== end || read.sha256 !== sha256 || read.text !== quote)
      return false
    // The same words may stand elsewhere in a file that has changed.
    if (origin === undefined) continue
    const now = await corpus.origin(doc, start, end)
    if (now === undefined || canonicalJson(now) !== canonicalJson(origin)) return false
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
  // A corpus may be for several purposes, and what was noted for one of them is for no other.
  const fitting = partitions.filter(
    (partition) =>
      wrote === purpose &&
      partition.purposes.includes(purpose) &&
      flowsTo(least, joinLabels(partition.label, questionLabel)),
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

function byRun(a: { readonly run: string }, b: { readonly run: string }): number {
  return a.run < b.run ? -1 : a.run > b.run ? 1 : 0
}
