import type { Label, LabelRule } from '@writ/contract'
import { compileGlob } from './glob.ts'

/** Gives the label of a document by its path relative to its root. */
export type Labeller = (path: string) => Label

/**
 * The first rule whose glob matches decides, level and trust alike. A document no rule names gets the default label,
 * raised to untrusted: nobody vouched for it.
 */
export function labeller(rules: readonly LabelRule[], defaultLabel: Label): Labeller {
  const compiled = rules.map(({ glob, label }) => ({ matches: compileGlob(glob), label }))
  const fallback = { ...defaultLabel, untrusted: true }
  return (path) => compiled.find(({ matches }) => matches(path))?.label ?? fallback
}
