import { BOTTOM, joinLabels, type Label } from '@writ/contract'

/** What is known of the labels that drew on one share of the budget: whoever looks at it takes them on. */
export class ShareLabel {
  #drawn: Label = BOTTOM
  /** What frames that draw on it are known to have had, by frame while it is open. */
  readonly #open = new Map<string, Label>()
  #ended: Label = BOTTOM

  /** The join of labels that had drawn on it for certain. */
  get drawn(): Label {
    return this.#drawn
  }

  /** A frame drew on the share, at least with this label. */
  draw(label: Label): void {
    this.#drawn = joinLabels(this.#drawn, label)
  }

  /** A frame that draws on the share is known to have had this label. */
  explained(lane: string, label: Label): void {
    this.#open.set(lane, joinLabels(this.#open.get(lane) ?? BOTTOM, label))
  }

  /** A frame that draws on the share has ended. */
  end(lane: string): void {
    this.#ended = joinLabels(this.#ended, this.#open.get(lane) ?? BOTTOM)
    this.#open.delete(lane)
  }

  /** The most that others than this frame can have drawn. */
  byOthers(lane: string): Label {
    return [...this.#open].reduce(
      (sum, [other, label]) => (other === lane ? sum : joinLabels(sum, label)),
      this.#ended,
    )
  }
}
