import { flowsTo, type Label, type LabelledNote, MAX_KEPT_NOTES } from '@writ/contract'

/** A note of a frame, or one that a joined child brought it, and the record that did. */
interface Held {
  readonly seq: number
  readonly note: LabelledNote
}

/**
 * The notes of a run that one frame sees: its own, those its joined children saw last, and those its parent saw when it was
 * opened. Records settle which these are, so whoever does the run again sees the same. INVARIANT: nothing is seen that does
 * not flow to the label of who looks, so that looking raises nobody.
 */
export class FrameNotes {
  readonly #above: FrameNotes | null
  readonly #held: Held[] = []
  #opened = 0
  #written = 0

  /** `above` are those of the parent; null for the root, and for a frame that hears of no other. */
  constructor(above: FrameNotes | null) {
    this.#above = above
  }

  /** How many the frame wrote itself. */
  get written(): number {
    return this.#written
  }

  /** The record that opened the frame: what its parent sees later is not for it. */
  openedBy(seq: number): void {
    this.#opened = seq
  }

  write(note: LabelledNote, seq: number): void {
    this.#written += 1
    this.#held.push({ seq, note })
  }

  /** Takes over what a child wrote or was brought. */
  join(child: FrameNotes, seq: number): void {
    this.#held.push(...child.#held.map(({ note }) => ({ seq, note })))
  }

  /** What a frame of this label sees, the oldest first; of notes with the same key the last. */
  seenBy(label: Label, before: number = Number.POSITIVE_INFINITY): readonly LabelledNote[] {
    const notes = new Map<string, LabelledNote>()
    const above = this.#above?.seenBy(label, this.#opened) ?? []
    const own = this.#held.filter(({ seq }) => seq < before).map(({ note }) => note)
    for (const note of [...above, ...own]) {
      if (!flowsTo(note.label, label)) continue
      notes.delete(note.key)
      notes.set(note.key, note)
    }
    return [...notes.values()]
  }

  /** What later runs may be given: the last of each key and label that cites, and of many the last ones. */
  get lasting(): readonly LabelledNote[] {
    const notes = new Map<string, LabelledNote>()
    for (const { note } of this.#held) {
      const key = JSON.stringify([note.key, note.label])
      notes.delete(key)
      if (note.citations.length > 0) notes.set(key, note)
    }
    return [...notes.values()].slice(-MAX_KEPT_NOTES)
  }
}
