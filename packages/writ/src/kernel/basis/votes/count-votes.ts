import type { ComparedLeaf } from './compare-votes.ts'

/** Answers that are compared at a leaf at most: those to the whole question, and as many more where it was asked again. */
function mostAt({ again }: Pick<ComparedLeaf, 'again'>, asked: number): number {
  return again ? 2 * asked - 1 : asked
}

/** Votes that are more than half of all that may come. */
export function majorityAt(leaf: Pick<ComparedLeaf, 'again'>, asked: number): number {
  return Math.floor(mostAt(leaf, asked) / 2) + 1
}

/** Whether most votes say what the value says. */
export function isAgreed(leaf: ComparedLeaf, asked: number): boolean {
  return leaf.agreeing >= majorityAt(leaf, asked)
}

/**
 * How many votes more could decide every leaf that `left` votes can still decide; 0 when the majority cannot change any more.
 * No more are asked at once, so that agreement costs as little as it can.
 */
export function votesNeeded(leaves: readonly ComparedLeaf[], asked: number, left: number): number {
  const missing = leaves.map((leaf) => majorityAt(leaf, asked) - leaf.agreeing)
  return Math.max(0, ...missing.filter((votes) => votes <= left))
}
