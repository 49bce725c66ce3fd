import { BOTTOM, type Label, labelsEqual } from '@writ/contract'
import { refuse } from '@writ/evidence'

/** Of the labels that something may have, the one that fits its record; the first where none does. */
export function oneOf(labels: readonly Label[], fits: (label: Label) => boolean): Label {
  return labels.find(fits) ?? labels[0] ?? BOTTOM
}

/** A label that follows exactly from the decision before. */
export function exactly(derived: Label, recorded: Label, at: string): void {
  if (labelsEqual(derived, recorded)) return
  refuse('TAINT_NOT_DERIVED', 'A decision was taken for another label than the one before it left.', at)
}
