import { MAX_TABLE_COLUMNS, MAX_TABLES } from '../limits.ts'
import { textStart } from '../utf8.ts'
import { type FoundRow, type FoundTable, type NoTable, noTable } from './found-table.ts'

interface Line {
  readonly start: number
  readonly end: number
  readonly indent: number
  /** Without indentation, comment and space behind it. */
  readonly text: string
}

interface Row {
  readonly start: number
  end: number
  readonly cells: Map<string, Scalar>
}

interface Scalar {
  readonly value: string | null
  readonly isText: boolean
}

/** Thrown for what is YAML, perhaps, and not a list of flat maps as it is written here. */
class NotPlain extends Error {}

const KEY =
  /^(?:"([^"\\]{1,200})"|'([^']{1,200})'|([\p{L}\p{N}_$][\p{L}\p{N}_$ ./-]{0,200}?))\s*:(?:\s+(.*)|)$/u
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL'])

/**
 * The lists of flat maps in a YAML text, by the key that each stands under. Only the plainest way to write them is read: anchors, aliases, tags,
 * merges, flow forms and texts over several lines make no table, so nothing is ever expanded.
 */
export function yamlTables(bytes: Buffer): (FoundTable | NoTable)[] {
  const lines = linesOf(bytes)
  const first = lines[0]?.text === '---' ? 1 : 0
  if (lines.slice(first).some(({ text, indent }) => indent === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(text)))
    return [noTable('it holds several documents')]
  // What follows may be text and no list, wherever it stands.
  if (lines.some(({ text }) => isOpenText(text)))
    return [noTable('a quoted text of it goes over several lines')]
  // A tab cannot indent: what belongs to what is not known.
  if (lines.some(({ indent }) => indent === -1)) return []
  const found: (FoundTable | NoTable)[] = []
  for (const { part, items } of listsOf(lines.slice(first))) {
    if (found.length >= MAX_TABLES) break
    if (!looksLikeMaps(items)) continue
    try {
      found.push(tableOf(part, items))
    } catch (error) {
      if (!(error instanceof NotPlain)) throw error
      found.push(noTable(error.message, part))
    }
  }
  const parts = found.map(({ part }) => part)
  return found
    .filter(({ part }, at) => parts.indexOf(part) === at)
    .map((one) =>
      parts.indexOf(one.part) === parts.lastIndexOf(one.part)
        ? one
        : noTable('its key is there twice', one.part),
    )
}

/** The lines that belong to a list: one that is the whole text, and those below a key of the outermost map. */
function* listsOf(
  lines: readonly Line[],
): Generator<{ readonly part: string | null; readonly items: readonly Line[] }> {
  if (lines[0]?.text.startsWith('-')) {
    yield { part: null, items: lines }
    return
  }
  for (let at = 0; at < lines.length; ) {
    const head = lines[at]
    at += 1
    const from = at
    while (at < lines.length && ((lines[at]?.indent ?? 0) > 0 || lines[at]?.text.startsWith('- ') === true))
      at += 1
    const [, double, single, plain, value] = KEY.exec(head?.text ?? '') ?? []
    const part = double ?? single ?? plain
    if (part !== undefined && (value ?? '') === '' && lines[from]?.text.startsWith('-'))
      yield { part, items: lines.slice(from, at) }
  }
}

/** Whether a quoted value begins in a line and does not end there. */
function isOpenText(text: string): boolean {
  const value = (KEY.exec(text.replace(/^(?:-\s+)+/, ''))?.[4] ?? text.replace(/^(?:-\s+)+/, '')).trimStart()
  if (value.startsWith("'")) return !/^'(?:[^']|'')*'(?!')/.test(value)
  return value.startsWith('"') && !/^"(?:[^"\\]|\\.)*"/.test(value)
}

/** Whether the first item is a map: a list of texts is no table, and no doubt about one. */
function looksLikeMaps([first]: readonly Line[]): boolean {
  return first !== undefined && KEY.test(first.text.replace(/^-\s+/, ''))
}

function tableOf(part: string | null, lines: readonly Line[]): FoundTable {
  const names = new Map<string, boolean>()
  const rows = rowsOf(lines)
  for (const { cells } of rows)
    for (const [name, { isText }] of cells) names.set(name, isText || names.get(name) === true)
  if (names.size > MAX_TABLE_COLUMNS) throw new NotPlain(`its maps have more than ${MAX_TABLE_COLUMNS} names`)
  const columns = [...names]
  return {
    part,
    columns: columns.map(([name, isText]) => ({ name, isText, mayGroup: false })),
    rows: rows.map(
      ({ start, end, cells }): FoundRow => ({
        start,
        end,
        cells: columns.map(([name]) => cells.get(name)?.value ?? null),
      }),
    ),
    ragged: false,
  }
}

function rowsOf(lines: readonly Line[]): readonly Row[] {
  const rows: Row[] = []
  const dash = lines[0]?.indent ?? 0
  let inner = 0
  for (const line of lines) {
    let { text } = line
    if (line.indent === dash && /^-\s/.test(text)) {
      const after = text.replace(/^-\s+/, '')
      inner = dash + text.length - after.length
      text = after
      rows.push({ start: line.start + dash, end: line.end, cells: new Map() })
    } else if (line.indent !== inner)
      throw new NotPlain(`an item of it is no flat map (at byte ${line.start})`)
    const row = rows.at(-1)
    const [, double, single, plain, value = ''] = KEY.exec(text) ?? []
    const name = double ?? single ?? plain
    if (row === undefined || name === undefined)
      throw new NotPlain(`an item of it is no flat map (at byte ${line.start})`)
    if (row.cells.has(name)) throw new NotPlain(`"${name}" stands twice in an item`)
    row.cells.set(name, scalarOf(value, line.start))
    row.end = line.end
  }
  return rows
}

function scalarOf(written: string, at: number): Scalar {
  if (NULLS.has(written)) return { value: null, isText: false }
  const quoted = /^'((?:[^']|'')*)'$/.exec(written)
  if (quoted !== null) return asText((quoted[1] ?? '').replaceAll("''", "'"))
  if (written.startsWith('"')) {
    try {
      const value: unknown = JSON.parse(written)
      if (typeof value === 'string') return asText(value)
    } catch {
      // YAML has more escapes than JSON.
    }
    throw new NotPlain(`a text of it is not read (at byte ${at})`)
  }
  if (/^(?:[{}[\]|>&*!%@`'"?,#]|-(?!\d))/.test(written) || /:(?:\s|$)/.test(written))
    throw new NotPlain(`a value of it is more than a plain one (at byte ${at})`)
  return { value: written, isText: false }
}

function asText(value: string): Scalar {
  return { value: value === '' ? null : value, isText: value !== '' }
}

/** The lines that hold something, without comments. A tab in front of a text counts as one that no indentation has. */
function linesOf(bytes: Buffer): readonly Line[] {
  const lines: Line[] = []
  for (let at = textStart(bytes); at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at)
    const end = newline === -1 ? bytes.length : newline
    const whole = bytes.toString('utf8', at, end)
    const indent = whole.length - whole.trimStart().length
    const text = withoutComment(whole.slice(indent)).trimEnd()
    const length = Buffer.byteLength(whole.slice(0, indent) + text)
    if (text !== '')
      lines.push({
        start: at,
        end: at + length,
        indent: /^ *$/.test(whole.slice(0, indent)) ? indent : -1,
        text,
      })
    at = end + 1
  }
  return lines
}

/** A text up to its comment: a sign of number behind a space, and outside of quotes. */
function withoutComment(text: string): string {
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (quote === '"' && sign === '\\') at += 1
    else if (quote !== '') quote = sign === quote ? '' : quote
    else if ((sign === '"' || sign === "'") && /(?:^|[\s:[{,-])$/.test(text.slice(Math.max(0, at - 1), at)))
      quote = sign
    else if (sign === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) return text.slice(0, at)
  }
  return text
}
