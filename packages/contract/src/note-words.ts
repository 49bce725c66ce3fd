import { counted } from './amounts.ts'
import type { AnswerNotes } from './note.ts'

/** What an answer owes to notes of earlier runs, and what it leaves to later ones: a fact for each. */
export function notesInWords({
  shown,
  given,
  runs,
  kept,
  stale,
  leftOut,
  unreadable,
}: AnswerNotes): readonly string[] {
  const used =
    shown > 0
      ? [`${counted(shown, 'note')} of earlier runs used: ${runs.join(', ')}`]
      : given > 0
        ? [`none of ${counted(given, 'note')} of earlier runs used`]
        : []
  return [
    ...used,
    ...(stale === 0 ? [] : [`${counted(stale, 'note')} gone: what they cite has changed`]),
    ...(leftOut === 0 ? [] : [`${counted(leftOut, 'note')} left out: replaced, or of another label`]),
    ...(unreadable.length === 0 ? [] : [`notes that cannot be read: ${unreadable.join(', ')}`]),
    ...(kept === 0 ? [] : [`${counted(kept, 'note')} kept for later runs`]),
  ]
}
