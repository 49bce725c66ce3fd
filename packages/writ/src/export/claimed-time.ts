/** A time that a record claims, ISO 8601; null where the number is no time a calendar has. */
export function claimedTime(at: number): string | null {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
