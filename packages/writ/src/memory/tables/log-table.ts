import { MAX_TABLE_COLUMNS } from '../limits.ts'
import { textStart } from '../utf8.ts'
import { type FoundRow, type FoundTable, type NoTable, noTable } from './found-table.ts'
import { jsonLinesTable } from './json-table.ts'
import { HOW_WRITTEN, LEVEL, LOG_FORMS, type LogForm, MAX_LOG_LINE } from './log-lines.ts'

const NAME = /(?:\.log(?:\.\d{1,4}|-\d{8})?|(?:^|\/)(?:syslog|messages|access_log|error_log))$/i

/** What looks like a time where a line begins: such a line is one of its own, and not part of the one above. */
const STARTS_ANEW =
  /^\W{0,3}(?:\d{4}[-/.]\d{1,2}[-/.]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|[A-Z][a-z]{2} [ \d]\d \d{2}:|\d{1,2}:\d{2}:\d{2})/

/** What a line of another form may look like where a trace goes on: a level, a time, an object, seconds since 1970. */
const LIKE_A_LINE = new RegExp(
  `^\\W{0,3}(?:${LEVEL}(?![\\w-])|[IWEF]\\d{4} |\\d{10}(?!\\d)|\\d{13}(?!\\d))|^\\{"|^\\S.{0,80}?\\d:[0-5]\\d:[0-5]\\d`,
)

/** Programs of syslog write one line for several that are the same. */
const FOR_SEVERAL = /^(?:last )?message repeated \d+ times/

/** Whether the name of a document is that of a log. */
export function isLogName(id: string): boolean {
  return NAME.test(id)
}

interface Line {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A log as a table, whose lines are all of one form. */
export function logTable(bytes: Buffer): FoundTable | NoTable | undefined {
  const [first] = linesOf(bytes)
  if (first === undefined) return undefined
  if (first.text.startsWith('{')) return jsonLinesTable(bytes)
  const form = LOG_FORMS.find(({ read }) => read(first.text) !== undefined)
  if (form === undefined) return noTable('its first line is in no form of logs that is read')
  const columns = columnsOf(bytes, form)
  if (!Array.isArray(columns)) return columns
  const names = columns.filter((name) => !HOW_WRITTEN.has(name))
  if (names.length > MAX_TABLE_COLUMNS) return noTable(`its lines have more than ${MAX_TABLE_COLUMNS} names`)
  return {
    part: null,
    columns: names.map((name) => ({ name, isText: form.texts.includes(name), mayGroup: false })),
    rows: rowsOf(bytes, form, names),
    ragged: false,
  }
}

/** The names of the fields of all lines, in the order in which they are met; or what is not certain. */
function columnsOf(bytes: Buffer, form: LogForm): string[] | NoTable {
  const names = new Set<string>()
  const orders = new Set<string | null | undefined>()
  let zone: string | null | undefined
  let number = 0
  for (const { text } of linesOf(bytes)) {
    number += 1
    const found = text.length > MAX_LOG_LINE ? undefined : form.read(text)
    if (found === undefined) {
      if (form.hasTraces && text.length <= MAX_LOG_LINE && !STARTS_ANEW.test(text) && !LIKE_A_LINE.test(text))
        continue
      return noTable(`line ${number} of those that hold something is not in the form of the first`)
    }
    for (const name of found.keys()) names.add(name)
    if (names.size > MAX_TABLE_COLUMNS) break
    if (zone !== undefined && found.get('zone') !== zone)
      return noTable('some of its times have a zone and some have none')
    zone = found.get('zone')
    orders.add(found.get('order'))
    // "retry: ERROR handler set" has a level where all lines are written so, and none where others are not.
    if (orders.has('source') && orders.size > 1)
      return noTable('its lines have their levels in different places, or some have none')
    if (FOR_SEVERAL.test(found.get('message') ?? ''))
      return noTable(`line ${number} of those that hold something stands for several`)
  }
  return [...names]
}

function* rowsOf(bytes: Buffer, form: LogForm, names: readonly string[]): Generator<FoundRow> {
  let open: { start: number; end: number; cells: (string | null)[] } | undefined
  const message = names.indexOf('message')
  for (const { start, end, text } of linesOf(bytes)) {
    const found = form.read(text)
    if (found === undefined && open !== undefined) {
      open.end = end
      open.cells[message] = `${open.cells[message] ?? ''}\n${text}`
      continue
    }
    if (open !== undefined) yield open
    open = { start, end, cells: names.map((name) => found?.get(name) ?? null) }
  }
  if (open !== undefined) yield open
}

/** The lines that hold something, without what ends them. */
function* linesOf(bytes: Buffer): Generator<Line> {
  for (let at = textStart(bytes); at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at)
    const after = newline === -1 ? bytes.length : newline
    const end = bytes[after - 1] === 0x0d && after > at ? after - 1 : after
    const text = bytes.toString('utf8', at, end)
    if (text.trim() !== '') yield { start: at, end, text }
    at = after + 1
  }
}
