/** RULER's `string_match_all`: the share of the references that stand in the answer, whatever their case. */
export function stringMatchAll(answer: string, references: readonly string[]): number {
  const found = references.filter((reference) => answer.toLowerCase().includes(reference.toLowerCase()))
  return references.length === 0 ? 1 : found.length / references.length
}
