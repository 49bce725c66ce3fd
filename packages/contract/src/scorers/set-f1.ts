const PAIR = /\(\s*(\d+)\s*,\s*(\d+)\s*\)/g

/** F1 of two sets; two empty ones are equal. */
export function setF1(found: ReadonlySet<string>, gold: ReadonlySet<string>): number {
  if (found.size + gold.size === 0) return 1
  let both = 0
  for (const item of found) if (gold.has(item)) both += 1
  return (2 * both) / (found.size + gold.size)
}

/** OOLONG-Pairs: F1 over the pairs of numbers in brackets, in whatever order each stands. */
export function pairsF1(answer: string, gold: ReadonlySet<string>): number {
  const found = new Set<string>()
  for (const [, a = '', b = ''] of answer.matchAll(PAIR)) found.add(pairKey(Number(a), Number(b)))
  return setF1(found, gold)
}

/** One name for a pair and its reverse. */
export function pairKey(a: number, b: number): string {
  return a < b ? `${a},${b}` : `${b},${a}`
}
