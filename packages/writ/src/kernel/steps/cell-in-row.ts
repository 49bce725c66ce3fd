/** A stretch of the text of a row, by characters. */
export type Stretch = readonly [start: number, end: number]

/** A row of a table: its text, its cells as the table has them, and the names of their columns. */
export interface KnownRow {
  readonly text: string
  readonly cells: readonly (string | null)[]
  readonly columns: readonly string[]
  /** Whether its text was extracted: tabs part its cells, which may be shown otherwise than they are. */
  readonly extracted: boolean
}

const DELIMITERS = [',', ';', '\t', '|']

/**
 * Where a cell stands in the text of its row; undefined where that is not certain. A form of row is believed only when every cell
 * of the table is where it puts it, and where several are, they have to agree.
 */
export function cellInRow(row: KnownRow, column: number): Stretch | undefined {
  const forms = row.extracted
    ? [tabbed(row)]
    : [...DELIMITERS.map((sign) => delimited(row, sign)), barred(row), members(row)]
  const found = forms.flatMap((form) => (form === undefined ? [] : [form[column]]))
  const [first] = found
  return found.every((one) => one?.[0] === first?.[0] && one?.[1] === first?.[1]) ? first : undefined
}

type Form = readonly (Stretch | undefined)[] | undefined

/** Cells of an extracted text: as many as the table has, and empty where its are. */
function tabbed({ text, cells }: KnownRow): Form {
  const stretches = parted(text, /\t/g)
  const isFitting =
    stretches.length === cells.length &&
    cells.every((cell, at) => (cell === null) === (partOf(text, stretches[at]).trim() === ''))
  return isFitting ? stretches : undefined
}

/** Fields of a delimited file, quoted as RFC 4180 says. */
function delimited({ text, cells }: KnownRow, sign: string): Form {
  const escaped = sign === '|' ? '\\|' : sign
  const field = new RegExp(
    `"([^"]*(?:""[^"]*)*)"(?=${escaped}|$)|([^"${escaped}][^${escaped}]*|)(?=${escaped}|$)`,
    'y',
  )
  const stretches: Stretch[] = []
  for (let at = 0; at <= text.length; ) {
    field.lastIndex = at
    const [whole, quoted] = field.exec(text) ?? []
    if (whole === undefined) return undefined
    stretches.push(
      quoted === undefined ? trimmed(text, [at, at + whole.length]) : [at + 1, at + whole.length - 1],
    )
    at += whole.length + 1
  }
  const value = (stretch: Stretch): string => {
    const isQuoted = text[stretch[0] - 1] === '"' && text[stretch[1]] === '"'
    return isQuoted ? partOf(text, stretch).replaceAll('""', '"') : partOf(text, stretch)
  }
  return fitting(stretches, cells, value)
}

/** Cells of a table of Markdown. */
function barred({ text, cells }: KnownRow): Form {
  const [start, end] = trimmed(text, [0, text.length])
  const from = text[start] === '|' ? start + 1 : start
  const to = end > from && text[end - 1] === '|' && text[end - 2] !== '\\' ? end - 1 : end
  const inner = parted(text.slice(from, to), /(?<!\\)\|/g)
  const stretches = inner.map(([a, b]) => trimmed(text, [from + a, from + b]))
  return fitting(stretches, cells, (stretch) => partOf(text, stretch).replaceAll('\\|', '|'))
}

/** Whether each cell is what stands in its place. Places that are too many belong to none, and cells too many are empty. */
function fitting(
  stretches: readonly Stretch[],
  cells: readonly (string | null)[],
  value: (stretch: Stretch) => string,
): Form {
  const isFitting = cells.every((cell, at) => {
    const stretch = stretches[at]
    return (stretch === undefined ? '' : value(stretch)) === (cell ?? '')
  })
  return isFitting ? stretches : undefined
}

const MEMBER = /\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*:\s*/y
const TEXT = /"([^"\\]*(?:\\.[^"\\]*)*)"/y
const WORD = /-?[\d.eE+-]+|true|false|null/y
const AFTER = /\s*(,|\}\s*$)/y

/** Plain members of an object of JSON, in the order of the columns; undefined where one is not what its cell says. */
function members({ text, cells, columns }: KnownRow): Form {
  if (!/^\s*\{/.test(text)) return undefined
  const places = new Map<string, readonly [Stretch, string | null]>()
  let at = text.indexOf('{') + 1
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at
    const found = form.exec(text)
    at = found === null ? at : form.lastIndex
    return found
  }
  for (let next = ','; next === ','; ) {
    const name = take(MEMBER)?.[1]
    if (name === undefined) return undefined
    const start = at
    const said = take(TEXT)
    const word = said === null ? take(WORD)?.[0] : undefined
    if (said === null && word === undefined) return undefined
    const value = said === null ? (word === 'null' ? null : (word ?? '')) : unescaped(said[1] ?? '')
    const stretch: Stretch = said === null ? [start, at] : [start + 1, at - 1]
    places.set(unescaped(name), [stretch, value])
    next = take(AFTER)?.[1] ?? ''
    if (next === '') return undefined
  }
  const isFitting = columns.every(
    (name, column) => (places.get(name)?.[1] ?? null) === (cells[column] ?? null),
  )
  return isFitting ? columns.map((name) => places.get(name)?.[0]) : undefined
}

function unescaped(inner: string): string {
  try {
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return inner
  }
}

function partOf(text: string, [start, end]: Stretch = [0, 0]): string {
  return text.slice(start, end)
}

function trimmed(text: string, [start, end]: Stretch): Stretch {
  const part = text.slice(start, end)
  const from = start + part.length - part.trimStart().length
  return [from, Math.max(from, end - (part.length - part.trimEnd().length))]
}

function parted(text: string, sign: RegExp): Stretch[] {
  const ends = [...text.matchAll(sign)].map(({ index }) => index)
  return [...ends, text.length].map((end, at) => [at === 0 ? 0 : (ends[at - 1] ?? 0) + 1, end])
}
