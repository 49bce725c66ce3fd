import { isValue } from './column-facts.ts'

/** Why the first row is not surely a header; undefined when it is. */
export function headerProblem(
  header: readonly (string | null)[],
  rows: readonly (readonly (string | null)[])[],
): string | undefined {
  if (header.every((cell) => cell === null)) return 'its first row is empty'
  const value = header.find((cell) => cell !== null && isValue(cell))
  if (value !== undefined) return `its first row holds the value ${value}, so it may be no header`
  const again = header.find((cell, at) => cell !== null && rows.some((row) => row[at] === cell))
  return again === undefined
    ? undefined
    : `"${again}" of its first row stands below as well, so it may be no header`
}
