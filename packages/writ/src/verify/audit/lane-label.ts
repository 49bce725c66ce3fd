import { flowsTo, formatLabel, joinLabels, type Label, labelsEqual } from '@writ/contract'
import { refuse } from '@writ/evidence'
import { ShareLabel } from './share-label.ts'

/** A label that was seen before everything that made it had been recorded. */
interface Unexplained {
  readonly label: Label
  /** What is explained of it so far. */
  explained: Label
  /** Steps numbered from here on were asked for only afterwards. */
  before: number
  readonly complain: () => never
}

/** What a frame held when some record was written: every step of a higher number was asked for afterwards. */
interface Mark {
  readonly n: number
  readonly label: Label
}

/**
 * The label of one frame, derived from what it was opened with, touched and joined, and from who drew on the share it looks
 * at. Steps that overlap are recorded in the order they end, so a label may be seen that a later record explains; by the
 * end of the frame nothing is left open. INVARIANT: a label only rises, so all labels seen of one frame are comparable.
 */
export class LaneLabel {
  readonly #lane: string
  readonly #start: Label
  /** From what is recorded so far. */
  #derived: Label
  /** The same with what was seen. */
  #held: Label
  /** Distinct labels that raised it. */
  readonly #parts: Label[] = []
  /** Distinct labels seen, in the order they were. */
  readonly #seen: Label[] = []
  readonly #marks: Mark[] = []
  /** What was drawn on its share before any step above a number was asked for. */
  readonly #looks: Mark[] = []
  readonly #share: ShareLabel
  #unexplained: Unexplained[] = []

  constructor(lane: string, start: Label, share: ShareLabel = new ShareLabel()) {
    this.#lane = lane
    this.#share = share
    this.#start = start
    this.#derived = start
    this.#held = start
  }

  /** What the frame holds for certain now. */
  get held(): Label {
    return this.#held
  }

  /** Step `n` touched or joined something with this label. */
  raise(n: number, part: Label): void {
    this.#derived = joinLabels(this.#derived, part)
    this.#held = joinLabels(this.#held, part)
    if (!this.#parts.some((known) => labelsEqual(known, part))) this.#parts.push(part)
    if (this.#unexplained.length === 0) return
    for (const open of this.#unexplained)
      if (n < open.before && flowsTo(part, open.label)) open.explained = joinLabels(open.explained, part)
    this.#settle()
  }

  /** A record says that the frame has this label now. */
  see(label: Label, at: string): void {
    if (!flowsTo(this.#held, label)) {
      this.#refuseLabel(`has ${formatLabel(label)} after it had ${formatLabel(this.#held)}`, at)
    }
    this.#comparable(label, () => this.#refuseLabel(`cannot have ${formatLabel(label)}`, at))
    this.#explain(label, this.#derived, () =>
      this.#refuseLabel(`has ${formatLabel(label)}, which nothing it read or joined gives it`, at),
    )
    this.#held = joinLabels(this.#held, label)
  }

  /** Labels that the frame may have had between two that it had. */
  between(low: Label, high: Label): readonly Label[] {
    const known = [low, high, ...this.#seen, ...this.#parts.map((part) => joinLabels(low, part))]
    const within = known.filter((label) => flowsTo(low, label) && flowsTo(label, high))
    return within.filter((label, i) => within.findIndex((other) => labelsEqual(other, label)) === i)
  }

  /** Before step `n` the frame looked at its share: what it then had includes what had been drawn by then. */
  look(n: number, label: Label, at: string): void {
    const drawn = this.#looks.findLast((mark) => mark.n < n)?.label
    if (drawn === undefined || flowsTo(drawn, label)) return
    const what = `looked at its share with ${formatLabel(label)}`
    this.#refuseLabel(`${what} when ${formatLabel(drawn)} had drawn on it`, at)
  }

  /** What is drawn on its share now was there before any step above `n` was asked for. */
  markLook(n: number): void {
    const { drawn } = this.#share
    const last = this.#looks.at(-1)
    if (last === undefined || !flowsTo(drawn, last.label)) this.#looks.push({ n, label: drawn })
  }

  /** A decision of step `n` was taken for this label; `alone`: nothing else of the frame was under way. */
  decide(n: number, taint: Label, alone: boolean, at: string): void {
    const before = alone ? this.#held : this.#markedBefore(n)
    const complain = (): never => {
      const what = `A decision of lane ${this.#lane} was taken for ${formatLabel(taint)}`
      refuse('TAINT_NOT_DERIVED', `${what}; from its records it had at least ${formatLabel(before)}.`, at)
    }
    if (!flowsTo(before, taint)) complain()
    this.#comparable(taint, complain)
    const parts = this.#parts.filter((part) => flowsTo(part, taint))
    this.#explain(taint, parts.reduce(joinLabels, before), complain)
  }

  /** What is held now was there before any step above `n` was asked for; a cell was recorded when it was asked for. */
  mark(n: number, cell: boolean): void {
    const last = this.#marks.at(-1)?.label ?? this.#start
    if (!flowsTo(this.#held, last)) this.#marks.push({ n, label: this.#held })
    if (cell) for (const open of this.#unexplained) open.before = Math.min(open.before, n)
  }

  /** The frame ends, with this label: exactly what it touched and joined, nothing left open. */
  end(label: Label, at: string): void {
    this.see(label, at)
    this.#settle()
    this.#unexplained[0]?.complain()
    this.#share.end(this.#lane)
  }

  /** Drops what is explained by now, and counts it as what others may have seen on the share. */
  #settle(): void {
    this.#unexplained = this.#unexplained.filter(({ label, explained }) => !this.#explains(label, explained))
  }

  /** Whether what explains a label, with all that others may have drawn on the share, gives it. */
  #explains(label: Label, explained: Label): boolean {
    const gives =
      flowsTo(label, explained) || flowsTo(label, joinLabels(explained, this.#share.byOthers(this.#lane)))
    // INVARIANT: only explained labels count, so two frames cannot explain each other.
    if (gives) this.#share.explained(this.#lane, label)
    return gives
  }

  #explain(label: Label, explained: Label, complain: () => never): void {
    if (this.#explains(label, explained)) return
    const open = this.#unexplained.at(-1)
    if (open !== undefined && labelsEqual(open.label, label)) return
    this.#unexplained.push({ label, explained, before: Number.POSITIVE_INFINITY, complain })
  }

  #comparable(label: Label, complain: () => never): void {
    const last = this.#seen.at(-1)
    if (last !== undefined && labelsEqual(last, label)) return
    for (const known of this.#seen) if (!flowsTo(known, label) && !flowsTo(label, known)) complain()
    if (!this.#seen.some((known) => labelsEqual(known, label))) this.#seen.push(label)
  }

  #markedBefore(n: number): Label {
    return this.#marks.findLast((mark) => mark.n < n)?.label ?? this.#start
  }

  #refuseLabel(what: string, at: string): never {
    refuse('LABEL_NOT_DERIVED', `Lane ${this.#lane} ${what}.`, at)
  }
}
