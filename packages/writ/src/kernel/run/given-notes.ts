import type {
  Commitment,
  GivenNote,
  GivenNotes,
  NotePartition,
  RecordedNotePartition,
  RecordedNotes,
} from '@writ/contract'

/** Name of the notes that a run was given, beside the opening record. */
export const NOTES_GIVEN = 'notes'

type Commit = (name: string, notes: readonly GivenNote[]) => Commitment

/** What a run was given of notes, as `run.open` declares it. */
export function recordedNotes(
  { partitions, stale, leftOut, unreadable }: GivenNotes,
  commit: Commit,
): RecordedNotes {
  return { partitions: partitions.map((one) => recorded(one, commit)), stale, leftOut, unreadable }
}

function recorded({ partition, notes }: NotePartition, commit: Commit): RecordedNotePartition {
  const { packSha256: _, ...declared } = partition
  const counts = new Map<string, number>()
  for (const { run } of notes) counts.set(run, (counts.get(run) ?? 0) + 1)
  return {
    ...declared,
    pack: commit(`notes/${partition.id}`, notes),
    runs: [...counts].map(([run, count]) => ({ run, notes: count })),
  }
}
