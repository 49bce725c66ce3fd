const RANGE = /\$?\b([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})\b/g
const MOST_CHARS = 8_192

/** Whether a formula gives one figure of cells that stand above or below its own, in the same column. */
export function isSum(formula: string | undefined, column: number): boolean {
  if (formula === undefined || formula.length > MOST_CHARS) return false
  if (/\b(?:SUBTOTAL|AGGREGATE)\(/i.test(formula)) return true
  for (const [, from = '', first, to = '', last] of formula.matchAll(RANGE))
    if (first !== last && columnOf(from) <= column && column <= columnOf(to)) return true
  return false
}

/** The number of a column, from 0. */
function columnOf(letters: string): number {
  let number = 0
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64
  return number - 1
}
