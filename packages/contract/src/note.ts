import type { Json } from './json.ts'
import type { Label } from './label.ts'
import type { Partition } from './partition.ts'
import type { Commitment, Det, RecordedPartition } from './record.ts'
import type { Citation } from './span.ts'

/** What policies call the collection of notes. */
export const NOTES = 'notes'

/** Most UTF-8 bytes of the key of a note, and of its value as JSON. */
export const MAX_NOTE_KEY_BYTES = 256
export const MAX_NOTE_VALUE_BYTES = 16_384
/** Most citations of a note. */
export const MAX_NOTE_CITATIONS = 16
/** Most notes of one frame. */
export const MAX_FRAME_NOTES = 1_000
/** Most notes that a run leaves to later ones, and most of one label that a run is given. */
export const MAX_KEPT_NOTES = 1_000

/** A fact under a key, with the citations that show where it stands. */
export interface Note {
  readonly key: string
  readonly value: Json
  readonly citations: readonly Citation[]
}

/** A note of a run, with the label that its frame had. */
export interface LabelledNote extends Note {
  readonly label: Label
}

/** The notes that a run leaves to later runs of its corpus. */
export interface KeptNotes {
  /** What the run was for: it is given to runs for nothing else. */
  readonly purpose: string
  readonly notes: readonly LabelledNote[]
}

/** A note of an earlier run. */
export interface GivenNote extends Note {
  readonly run: string
}

/** Notes of one label: decided on, granted and touched like documents of one. */
export interface NotePartition {
  readonly partition: Partition
  /** Those of a run stand together, the runs in the order in which they began. */
  readonly notes: readonly GivenNote[]
}

/** What earlier runs of its corpus left to a run, settled as it opens. */
export interface GivenNotes {
  readonly partitions: readonly NotePartition[]
  /** Notes that were not given: bytes they cite are not what they were. */
  readonly stale: number
  /** Others: the corpus has no label that covers theirs, or newer ones took their place. */
  readonly leftOut: number
  /** Runs whose notes could not be read. */
  readonly unreadable: readonly string[]
}

/** A note as a frame is shown it. */
export interface ShownNote extends Note {
  /** Whether every text and number in its value stands in a quote of its citations. */
  readonly quoted: boolean
  /** The earlier run that it comes from; null for a note of this run. */
  readonly run: string | null
}

/** Notes of one label as `run.open` declares them. Those of a run have numbers in a row, from 0 over all partitions. */
export interface RecordedNotePartition extends RecordedPartition {
  readonly runs: readonly { readonly run: string; readonly notes: number }[]
}

/** What `run.open` says of the notes of earlier runs; absent where a run neither reads nor leaves any. */
export interface RecordedNotes extends Omit<GivenNotes, 'partitions'> {
  readonly partitions: readonly RecordedNotePartition[]
}

/** What `run.close` says of notes; absent where there is nothing to say. */
export interface ClosingNotes {
  /** Notes of earlier runs that frames were shown, and the runs they come from. */
  readonly shown: number
  readonly runs: readonly string[]
  /** Notes that later runs of the corpus are given, and a commitment to them. */
  readonly kept: number
  readonly content?: Commitment
}

/** What an answer says of notes. */
export interface AnswerNotes extends Omit<ClosingNotes, 'content'>, Omit<RecordedNotes, 'partitions'> {
  /** Notes of earlier runs that its frames could ask for. */
  readonly given: number
}

/** Everything of external memory that a run may ask for: its corpus, and the notes of earlier runs. */
export function everyPartition({
  partitions,
  notes,
}: Pick<Det['run.open'], 'partitions' | 'notes'>): readonly RecordedPartition[] {
  return [...partitions, ...(notes?.partitions ?? [])]
}

/** The run of each note that a run was given, by its number. */
export function runsOfNotes(given: Pick<RecordedNotes, 'partitions'> | undefined): readonly string[] {
  return (given?.partitions ?? []).flatMap(({ runs }) =>
    runs.flatMap(({ run, notes }) => Array.from({ length: notes }, () => run)),
  )
}

/** What an answer says of notes, from what the records of its run do; undefined where there is nothing to say. */
export function answerNotes(
  given: RecordedNotes | undefined,
  closing: ClosingNotes | undefined,
): AnswerNotes | undefined {
  const { shown = 0, runs = [], kept = 0 } = closing ?? {}
  const { partitions = [], stale = 0, leftOut = 0, unreadable = [] } = given ?? {}
  const notes = partitions.reduce((sum, { documents }) => sum + documents, 0)
  if (notes + shown + kept + stale + leftOut + unreadable.length === 0) return undefined
  return { given: notes, shown, runs, kept, stale, leftOut, unreadable }
}
