import { isObject, type Json } from '@writ/contract'
import { cellOf, plainText, type Table, tableOf } from './rows.ts'

/** A value as Markdown: a text as it is, a list of objects as a table, what else there is as lists. */
export function* markdownLines(value: Json, order: readonly string[]): Iterable<string> {
  const table = tableOf(value, order)
  if (table !== undefined) return yield* tableRows(table)
  if (Array.isArray(value)) {
    for (const item of value) yield `- ${inLine(item as Json)}\n`
    return
  }
  if (!isObject(value)) return yield `${typeof value === 'string' ? value.trimEnd() : plainText(value)}\n`
  for (const [name, member] of Object.entries(value)) {
    const inner = member === undefined ? undefined : tableOf(member)
    if (inner === undefined) yield `- ${inLine(name)}: ${inLine(member ?? null)}\n`
    else {
      yield `\n${inLine(name)}\n\n`
      yield* tableRows(inner)
      yield '\n'
    }
  }
}

function* tableRows({ columns, rows }: Table): Iterable<string> {
  yield row(columns.map(inLine))
  yield row(columns.map((column) => (rows.every((one) => isNumeric(cellOf(one, column))) ? '---:' : '---')))
  for (const one of rows) yield row(columns.map((column) => inLine(cellOf(one, column))))
}

function isNumeric(cell: Json): boolean {
  return cell === null || typeof cell === 'number'
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** A value in one line that says what it says and does nothing: no link, no picture, no element of HTML. */
function inLine(value: Json): string {
  if (typeof value === 'number') return plainText(value)
  return plainText(value)
    .replace(/[\\`*_{}[\]<>()#!|&~]/g, '\\$&')
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
}
