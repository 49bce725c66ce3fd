import type { Json } from './json.ts'
import type { Label } from './label.ts'
import type { Partition } from './partition.ts'
import type { Citation } from './span.ts'

/** What policies call the collection of notes. */
export const NOTES = 'notes'

/** Most UTF-8 bytes of the key of a note, and of its value as JSON. */
export const MAX_NOTE_KEY_BYTES = 256
export const MAX_NOTE_VALUE_BYTES = 16_384
/** Most citations of a note. */
export const MAX_NOTE_CITATIONS = 16
/** Most UTF-8 bytes of all quotes of a note: the notes of a run are kept, and read by later ones, as one text. */
export const MAX_NOTE_QUOTE_BYTES = 65_536
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

/** What an answer says of notes. */
export interface AnswerNotes extends Omit<GivenNotes, 'partitions'> {
  /** Notes of earlier runs that its frames could ask for. */
  readonly given: number
  /** Those that frames were shown, and the runs they come from. */
  readonly shown: number
  readonly runs: readonly string[]
  /** Notes that later runs of the corpus are given. */
  readonly kept: number
}
