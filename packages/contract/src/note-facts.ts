import type { AnswerNotes } from './note.ts'
import type { ClosingNotes, Det, RecordedNotes, RecordedPartition } from './record.ts'

// What records say of notes, put together.

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
