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
  const natural = columns.map((_, at) =>
    texts.reduce((widest, line) => Math.max(widest, displayWidth(line[at] ?? '')), 0),
  )
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
  const within = (most: number): number => natural.reduce((sum, own) => sum + Math.min(own, most), 0)
  let [least, most] = [LEAST_WIDTH, natural.reduce((widest, own) => Math.max(widest, own), LEAST_WIDTH)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (within(middle) <= width) least = middle
    else most = middle - 1
  }
  // Columns that are left go to the last of those that are cut, one each.
  const cut = natural.filter((own) => own > least).length
  let without = cut - Math.max(0, Math.min(cut, width - within(least)))
  return natural.map((own) => {
    if (own <= least) return own
    without -= 1
    return without >= 0 ? least : least + 1
  })
}

function padded(text: string, width: number, right: boolean): string {
  const shown = cutToWidth(text, width)
  const space = ' '.repeat(Math.max(0, width - displayWidth(shown)))
  return right ? space + shown : shown + space
}
