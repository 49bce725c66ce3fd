import { whole } from '@writ/contract'
import { cutToWidth, displayWidth } from '../display-width.ts'
import { printableLine } from '../printable.ts'

/** A cell of a table: an object of one level gives its members in short. */
export type Cell = unknown

/** Narrowest that a column is made to fit the others. */
const LEAST_WIDTH = 8
const GAP = '  '

/** Rows with named columns as lines: numbers to the right, every row one line of at most `width` columns. */
export function tableLines(
  rows: readonly Readonly<Record<string, Cell>>[],
  width: number,
): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => names.map((name) => cellText(row[name])))
  const numeric = names.map((name) => rows.every((row) => row[name] === undefined || isNumber(row[name])))
  const texts = [names.map(printableLine), ...cells]
  const natural = names.map((_, at) => Math.max(...texts.map((line) => displayWidth(line[at] ?? ''))))
  const widths = fitted(natural, width - GAP.length * (names.length - 1))
  return texts.map((line) =>
    line
      .map((text, at) => padded(text, widths[at] ?? 0, numeric[at] === true))
      .join(GAP)
      .trimEnd(),
  )
}

/** A value in one line. */
export function cellText(value: Cell): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'string') return printableLine(value.replace(/\s+/g, ' ').trim())
  if (isNumber(value)) return whole(value)
  return printableLine(JSON.stringify(value))
}

function isNumber(value: Cell): value is number {
  return typeof value === 'number' && Number.isInteger(value)
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
