import { MAX_TABLE_COLUMNS, TABLE_SAMPLE_BYTES, TABLE_SAMPLE_ROWS } from '../limits.ts'
import { textStart } from '../utf8.ts'
import { BadRecords, type CsvRecord, cellsOf, csvRecords, QUOTE } from './csv-records.ts'
import { type FoundRow, type FoundTable, type NoTable, noTable } from './found-table.ts'
import { headerProblem } from './header-problem.ts'
import { isSureHeader } from './sure-header.ts'

/** Signs that may stand between the fields of a file, by the media type. */
const DELIMITERS: Readonly<Record<string, readonly string[]>> = {
  'text/csv': [',', ';', '\t', '|'],
  'text/tab-separated-values': ['\t'],
}

const COMMA = 0x2c
const RETURN = 0x0d
const SPACE = 0x20
/** Of more rows than this share that differ in length from the header, it is not known which cell belongs to what. */
const MOST_RAGGED = 0.05

/** A file of delimited values as a table. What is uncertain is no table: its text can be searched and read all the same. */
export function csvTable(bytes: Buffer, mediaType: string): FoundTable | NoTable | undefined {
  const from = textStart(bytes)
  if (bytes.length === from) return undefined
  try {
    const delimiter = delimiterOf(bytes, DELIMITERS[mediaType] ?? [','], from)
    if (typeof delimiter !== 'number') return delimiter
    return tableOf(bytes, delimiter, from)
  } catch (error) {
    if (error instanceof BadRecords) return noTable(error.message)
    throw error
  }
}

function tableOf(bytes: Buffer, delimiter: number, from: number): FoundTable | NoTable {
  const [first, ...sample] = sampled(bytes, delimiter, from)
  if (first === undefined) return noTable('it has no rows')
  const header = cellsOf(bytes, first)
  if (header.length > MAX_TABLE_COLUMNS) return noTable(`it has ${header.length} columns`)
  const cells = sample.map((record) => cellsOf(bytes, record))
  const problem = headerProblem(header, cells)
  if (problem !== undefined) return noTable(problem)
  const { rows, ragged, gaps, heads, setIn } = lengths(bytes, delimiter, first, header.length)
  if (ragged > rows * MOST_RAGGED)
    return noTable(`${ragged} of ${rows} rows have another number of cells than the header`)
  return {
    part: null,
    columns: header.map((name) => ({
      name: name ?? '',
      isText: false,
      mayGroup: delimiter === COMMA ? 'beside-commas' : true,
    })),
    rows: rowsOf(bytes, delimiter, first, header.length),
    ragged: ragged > 0,
    // What stands behind a blank line may be a table of its own; where every line has one behind it, they part nothing.
    apart: (gaps > 0 && gaps < rows - 1) || heads > 0 || (setIn > 0 && setIn < rows),
    guessed: !isSureHeader(header, cells),
  }
}

/** The one sign that gives all first rows the same number of fields; what is uncertain else. */
function delimiterOf(bytes: Buffer, candidates: readonly string[], from: number): number | NoTable {
  const counted = candidates.map((sign) => ({ sign, counts: countsOf(bytes, sign, from) }))
  const splitting = counted.filter(({ counts }) => (counts?.[0] ?? 0) > 1)
  const fitting = splitting.filter(({ counts }) => counts?.every((count) => count === counts[0]))
  const [only, another] = fitting
  if (another !== undefined)
    return noTable(`its fields may be separated by ${fitting.map(({ sign }) => named(sign)).join(' or ')}`)
  if (only !== undefined) return only.sign.charCodeAt(0)
  const broken = counted.find(({ counts }) => counts === undefined)
  if (broken !== undefined) sampled(bytes, broken.sign.charCodeAt(0), from) // throws what is wrong
  // Rows may differ in length: the table then says so, or there is none when too many do.
  const [one, more] = splitting
  if (one !== undefined && more === undefined) return one.sign.charCodeAt(0)
  const single = counted.every(({ counts }) => counts?.every((count) => count === 1))
  return single ? (candidates[0] ?? ',').charCodeAt(0) : noTable('its rows have no common number of fields')
}

const named = (sign: string): string => (sign === '\t' ? 'tabs' : sign)

/** How many fields each of the first rows has; undefined where it cannot be quoted so. */
function countsOf(bytes: Buffer, sign: string, from: number): number[] | undefined {
  try {
    return sampled(bytes, sign.charCodeAt(0), from).map(({ fields }) => fields.length / 2)
  } catch (error) {
    if (error instanceof BadRecords) return undefined
    throw error
  }
}

/** The first records. One that the sample would cut is left out. */
function sampled(bytes: Buffer, delimiter: number, from: number): CsvRecord[] {
  const records: CsvRecord[] = []
  for (const record of csvRecords(bytes, delimiter, from)) {
    if (records.length > 0 && (record.end > TABLE_SAMPLE_BYTES || records.length > TABLE_SAMPLE_ROWS)) break
    records.push(record)
  }
  return records
}

/** The records below the header. Those without any cell, as spreadsheets write them below a table, are no rows. */
function* below(bytes: Buffer, delimiter: number, header: CsvRecord): Generator<CsvRecord> {
  for (const record of csvRecords(bytes, delimiter, header.end + 1))
    if (!isEmpty(bytes, delimiter, record)) yield record
}

function isEmpty(bytes: Buffer, delimiter: number, record: CsvRecord): boolean {
  for (let at = record.start; at < record.end; at += 1)
    if (bytes[at] !== delimiter && bytes[at] !== QUOTE && bytes[at] !== SPACE) return false
  return cellsOf(bytes, record).every((cell) => cell === null)
}

function lengths(
  bytes: Buffer,
  delimiter: number,
  header: CsvRecord,
  columns: number,
): {
  readonly rows: number
  readonly ragged: number
  readonly gaps: number
  readonly heads: number
  readonly setIn: number
} {
  let rows = 0
  let ragged = 0
  let gaps = 0
  /** Rows that are the header once more, as files that were put together have them. */
  let heads = 0
  /** Rows whose first cell is set in, as those are that stand below another one. */
  let setIn = 0
  let last = header.end
  for (const { start, end, fields } of below(bytes, delimiter, header)) {
    if (fields.length / 2 !== columns) ragged += 1
    if (rows > 0 && start > last + (bytes[last] === RETURN ? 2 : 1)) gaps += 1
    if (bytes.compare(bytes, header.start, header.end, start, end) === 0) heads += 1
    if (bytes[start] === SPACE && bytes[start + 1] === SPACE) setIn += 1
    rows += 1
    last = end
  }
  return { rows, ragged, gaps, heads, setIn }
}

function* rowsOf(bytes: Buffer, delimiter: number, header: CsvRecord, columns: number): Generator<FoundRow> {
  for (const record of below(bytes, delimiter, header)) {
    const cells = cellsOf(bytes, record)
    cells.length = Math.min(cells.length, columns)
    while (cells.length < columns) cells.push(null)
    yield { start: record.start, end: record.end, cells }
  }
}
