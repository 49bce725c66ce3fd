import { flowsTo, type Label, type LabelledNote, MAX_FRAME_NOTES, MAX_KEPT_NOTES } from '@writ/contract'

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
  #own = 0

  /** `above` are those of the parent; null for the root, and for a frame that hears of no other. */
  constructor(above: FrameNotes | null) {
    this.#above = above
  }

  /** Whether the frame may keep no more of its own. */
  get full(): boolean {
    return this.#own >= MAX_FRAME_NOTES
  }

  /** Counts a note of the frame itself before anything of it is awaited, so that many under way pass no limit together. */
  count(): void {
    this.#own += 1
  }

  /** A note that was counted is not kept. */
  uncount(): void {
    this.#own -= 1
  }

  /** The record that opened the frame: what its parent sees later is not for it. */
  openedBy(seq: number): void {
    this.#opened = seq
  }

  write(note: LabelledNote, seq: number): void {
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
