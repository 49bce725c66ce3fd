import { MAX_TABLE_COLUMNS, MAX_TABLES } from '../limits.ts'
import type { FoundRow, FoundTable } from './found-table.ts'

const FENCE = /^ {0,3}(?:```|~~~)/
const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/

interface Line {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The tables of a Markdown text: a row of names, a rule below it, and the rows that follow. */
export function markdownTables(bytes: Buffer): FoundTable[] {
  if (!bytes.includes('|')) return []
  const tables: FoundTable[] = []
  let fenced = false
  const lines = linesOf(bytes)
  for (let at = 0; at + 1 < lines.length && tables.length < MAX_TABLES; at += 1) {
    const [head, rule] = [lines[at], lines[at + 1]]
    if (head === undefined || rule === undefined) break
    if (FENCE.test(head.text)) fenced = !fenced
    if (fenced || !head.text.includes('|') || !rule.text.includes('|') || !RULE.test(rule.text)) continue
    const names = cellsOf(head.text)
    if (names.length !== cellsOf(rule.text).length || names.length > MAX_TABLE_COLUMNS) continue
    const rows: FoundRow[] = []
    let ragged = false
    for (at += 2; lines[at]?.text.includes('|') === true; at += 1) {
      const { start = 0, end = 0, text = '' } = lines[at] ?? {}
      const cells = cellsOf(text)
      if (cells.every((cell) => cell === null)) continue
      ragged ||= cells.length !== names.length
      rows.push({ start, end, cells: names.map((_, column) => cells[column] ?? null) })
    }
    at -= 1 // the line after the table is looked at like any other: it may open a fence
    tables.push({
      part: String(tables.length + 1),
      columns: names.map((name) => ({ name: name ?? '', isText: false, mayGroup: true })),
      rows,
      ragged,
    })
  }
  return tables
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = []
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    const text = bytes.toString('utf8', start, end)
    const whole = text.endsWith('\r') ? end - 1 : end
    lines.push({ start, end: whole, text: text.replace(/\r$/, '') })
    start = end + 1
  }
  return lines
}

/** The cells of a line; a bar with a backslash is part of one. */
function cellsOf(line: string): (string | null)[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => {
    const text = cell.replaceAll('\\|', '|').trim()
    return text === '' ? null : text
  })
}
