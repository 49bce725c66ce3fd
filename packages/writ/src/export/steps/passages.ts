/** A piece of a document as it was handed to a frame. */
export interface HandedPassage {
  readonly doc: string
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The passages in what a search or read gave (its stored output), whatever their shape; anything else gives none. */
export function passagesIn(output: string): readonly HandedPassage[] {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch {
    return []
  }
  if (Array.isArray(value)) return value.filter(isPassage)
  if (isPassage(value)) return [value]
  if (typeof value === 'object' && value !== null && 'matches' in value && Array.isArray(value.matches))
    return value.matches.filter(isPassage)
  return []
}

function isPassage(value: unknown): value is HandedPassage {
  if (typeof value !== 'object' || value === null) return false
  const { doc, start, end, text } = value as Record<string, unknown>
  return (
    typeof doc === 'string' &&
    typeof start === 'number' &&
    typeof end === 'number' &&
    typeof text === 'string'
  )
}
