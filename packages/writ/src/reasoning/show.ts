import { type CellResult, omission } from '@writ/contract'

/** Cuts a text in the middle, keeping head and tail and saying how much is left out. Lengths are UTF-16 units. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)}${omission(text.length - 2 * half)}${text.slice(text.length - half)}`
}

/** What the model is shown of a cell: what it printed, its last value, its error. */
export function showCell(result: CellResult, most: number): string {
  const parts: string[] = []
  if (result.output !== '') parts.push(result.output.trimEnd())
  if (result.shown !== undefined) parts.push(`→ ${result.shown}`)
  if (result.error !== undefined) parts.push(`${result.error.name}: ${result.error.message}`)
  if (result.outcome === 'limit' || result.outcome === 'imposed')
    parts.push(
      'The block was stopped. Your variables are as they were before it; asking its calls again costs nothing.',
    )
  return cutMiddle(parts.length === 0 ? '(no output)' : parts.join('\n'), most)
}
