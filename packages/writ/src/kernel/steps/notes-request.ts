import {
  type GivenNotes,
  type Note,
  type NotePartition,
  type ShownNote,
  type Steps,
  supportOf,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { ContextStep } from './context-step.ts'

/** Most notes that one call gives. */
const MOST_SHOWN = 200

/** Notes that are shown, and the numbers of those that the run was given. */
interface Shown {
  readonly notes: readonly ShownNote[]
  readonly numbers: readonly number[]
}

/**
 * The notes that a frame sees of its own run, then those of earlier runs, the newest run first. Those of earlier runs are
 * granted label by label like documents; what is refused is left out without a word, as what does not match is.
 */
export function notesStep(
  given: GivenNotes | undefined,
  lane: FrameState,
  request: Steps['notes']['request'],
): ContextStep<Shown> {
  const words = (request.words ?? '').toLowerCase().split(/\s+/)
  return {
    kind: 'context.search',
    op: 'notes',
    input: request,
    silent: true,
    // Whoever checks an answer is not told what was said before.
    needs: () => (lane.checking ? [] : lane.scope.notes),
    effect: (allowed) => {
      const ids = new Set(allowed.map(({ id }) => id))
      const own = lane.notes.seenBy(lane.label).map((note) => ({ note, run: null, number: null }))
      const earlier = numbered(given?.partitions ?? [])
        .filter(({ partition }) => ids.has(partition))
        .sort((a, b) => (a.run < b.run ? 1 : a.run > b.run ? -1 : a.number - b.number))
      const shown = [...own, ...earlier].filter(({ note }) => holds(note, words)).slice(0, MOST_SHOWN)
      return Promise.resolve({
        notes: shown.map(({ note, run }) => asShown(note, run)),
        numbers: shown.flatMap(({ number }) => number ?? []).sort((a, b) => a - b),
      })
    },
    noted: ({ numbers }) => numbers,
  }
}

function numbered(partitions: readonly NotePartition[]) {
  return partitions
    .flatMap(({ partition, notes }) =>
      notes.map((note) => ({ note, run: note.run, partition: partition.id })),
    )
    .map((note, number) => ({ ...note, number }))
}

function holds({ key, value }: Note, words: readonly string[]): boolean {
  const text = `${key}\n${JSON.stringify(value)}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function asShown({ key, value, citations }: Note, run: string | null): ShownNote {
  const { quoted, unsupported } = supportOf(value, citations, null)
  return { key, value, citations, quoted: quoted > 0 && unsupported === 0, run }
}
