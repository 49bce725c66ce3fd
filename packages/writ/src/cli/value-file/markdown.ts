import { isGrepChecks, isObject, type Json } from '@writ/contract'
import { cellOf, isNumeric, plainText, schemaOfMember, type Table, tableOf } from '../rows.ts'

/** A value as Markdown: a text as it is, a list of objects as a table, what else there is as lists. */
export function* markdownLines(value: Json, schema: Json | undefined): Iterable<string> {
  const table = tableOf(value, schema)
  if (table !== undefined) return yield* tableRows(table)
  if (Array.isArray(value)) {
    yield* items(value, '')
    return
  }
  if (!isObject(value)) return yield `${typeof value === 'string' ? value.trimEnd() : plainText(value)}\n`
  for (const [name, member] of Object.entries(value)) {
    if (isGrepChecks(member)) continue
    const inner = member === undefined ? undefined : tableOf(member, schemaOfMember(schema, name))
    if (inner === undefined && Array.isArray(member)) {
      yield `- ${inLine(name)}:\n`
      yield* items(member, '  ')
    } else if (inner === undefined) yield `- ${inLine(name)}: ${inLine(member ?? null)}\n`
    else {
      yield `\n${inLine(name)}\n\n`
      yield* tableRows(inner)
      yield '\n'
    }
  }
}

function* items(list: readonly Json[], indent: string): Iterable<string> {
  for (const item of list) yield `${indent}- ${withoutMark(inLine(item))}\n`
}

/** An item that begins as a list of its own would, or as a line does, is a text all the same. */
function withoutMark(text: string): string {
  return text.replace(/^(\s*)([-+=])/, '$1\\$2').replace(/^(\s*\d+)([.)])/, '$1\\$2')
}

function* tableRows(table: Table): Iterable<string> {
  const { columns, rows } = table
  yield row(columns.map(inLine))
  yield row(columns.map((column) => (isNumeric(table, column) ? '---:' : '---')))
  for (const one of rows) yield row(columns.map((column) => inLine(cellOf(one, column))))
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** A value in one line that says what it says: no element of HTML, no picture, no link but an address that stands there. */
function inLine(value: Json): string {
  if (typeof value === 'number') return plainText(value)
  return plainText(value)
    .replace(/[\\`*_{}[\]<>()#!|&~]/g, '\\$&')
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
}
