import type { Json } from '@writ/contract'
import { cutToWidth, displayWidth } from '../display-width.ts'
import { printableLine } from '../printable.ts'
import { cellOf, isNumeric, type Table } from '../rows.ts'

/** Narrowest that a column is made to fit the others. */
const LEAST_WIDTH = 8
const GAP = '  '

/** A table as lines: numbers to the right, every row one line of at most `width` columns. */
export function tableLines(table: Table, width: number): readonly string[] {
  const { columns, rows } = table
  const cells = rows.map((row) => columns.map((column) => cellText(cellOf(row, column))))
  const numeric = columns.map((column) => isNumeric(table, column))
  const texts = [columns.map(printableLine), ...cells]
  const natural = columns.map((_, at) => Math.max(...texts.map((line) => displayWidth(line[at] ?? ''))))
  const widths = fitted(natural, width - GAP.length * (columns.length - 1))
  return texts.map((line) =>
    line
      .map((text, at) => padded(text, widths[at] ?? 0, numeric[at] === true))
      .join(GAP)
      .trimEnd(),
  )
}

/** A value in one line. A number is as JSON has it: what it counts, or whether it is a year, nobody here knows. */
export function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'string') return printableLine(value.replace(/\s+/g, ' ').trim())
  return printableLine(JSON.stringify(value))
}

/** Takes from the widest columns until all fit. */
function fitted(natural: readonly number[], width: number): readonly number[] {
  let over = natural.reduce((sum, own) => sum + own, 0) - width
  if (over <= 0) return natural
  const widths = [...natural]
  while (over > 0) {
    const widest = Math.max(...widths)
    if (widest <= LEAST_WIDTH) break
    widths[widths.indexOf(widest)] = widest - 1
    over -= 1
  }
  return widths
}

function padded(text: string, width: number, right: boolean): string {
  const shown = cutToWidth(text, width)
  const space = ' '.repeat(Math.max(0, width - displayWidth(shown)))
  return right ? space + shown : shown + space
}
