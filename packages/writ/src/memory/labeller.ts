import { joinLabels, type Label, type LabelRule } from '@writ/contract'
import { compileGlob } from './glob.ts'

/** Gives the label of a document by its path relative to its root. */
export type Labeller = (path: string) => Label

/**
 * The first deciding rule whose glob matches decides, level and trust alike; a document no such rule names gets the
 * default label, raised to untrusted: nobody vouched for it. What rules that raise and what the corpus says of itself
 * are joined to that.
 * INVARIANT: no label is below what the deciding rules and the default give.
 */
export function labeller(
  rules: readonly LabelRule[],
  defaultLabel: Label,
  ofCorpus: readonly LabelRule[] = [],
): Labeller {
  const decided = firstMatch(rules.filter((rule) => rule.raises !== true))
  const claims = [firstMatch(rules.filter((rule) => rule.raises === true)), firstMatch(ofCorpus)]
  const fallback = { ...defaultLabel, untrusted: true }
  return (path) =>
    claims.reduce<Label>((floor, claim) => {
      const claimed = claim(path)
      return claimed === undefined ? floor : joinLabels(floor, claimed)
    }, decided(path) ?? fallback)
}

function firstMatch(rules: readonly LabelRule[]): (path: string) => Label | undefined {
  const compiled = rules.map(({ glob, label }) => ({ matches: compileGlob(glob), label }))
  return (path) => compiled.find(({ matches }) => matches(path))?.label
}
