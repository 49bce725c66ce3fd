import { MAX_TABLE_COLUMNS } from '../limits.ts'
import { textStart } from '../utf8.ts'
import { type FoundRow, type FoundTable, type NoTable, noTable } from './found-table.ts'

/** Where an object stands in the text of a document. */
interface Place {
  readonly start: number
  readonly end: number
}

/** A list of objects as a table; undefined for any other JSON. */
export function jsonTable(bytes: Buffer): FoundTable | NoTable | undefined {
  const places = listed(bytes)
  return places === undefined || places.length === 0 ? undefined : tableOf(bytes, places)
}

/** Objects, one a line, as a table. */
export function jsonLinesTable(bytes: Buffer): FoundTable | NoTable | undefined {
  const places: Place[] = []
  for (let start = textStart(bytes); start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    const from = skipSpace(bytes, start)
    if (from < end) {
      if (bytes[from] !== OPEN) return noTable('not every line is an object')
      places.push({ start: from, end: trimmed(bytes, end) })
    }
    start = end + 1
  }
  return places.length === 0 ? undefined : tableOf(bytes, places)
}

function tableOf(bytes: Buffer, places: readonly Place[]): FoundTable | NoTable {
  /** Names in the order in which they are met, each with whether a value of it is a text. */
  const columns = new Map<string, boolean>()
  for (const place of places) {
    const members = membersOf(bytes, place)
    if (members === undefined) return noTable(`what begins at byte ${place.start} is no JSON object`)
    if (members === 'repeated') return noTable(`the object at byte ${place.start} has a name twice`)
    for (const [name, { isText }] of members) columns.set(name, isText || columns.get(name) === true)
    if (columns.size > MAX_TABLE_COLUMNS)
      return noTable(`its objects have more than ${MAX_TABLE_COLUMNS} names`)
  }
  if (columns.size === 0) return noTable('its objects are empty')
  const names = [...columns.keys()]
  return {
    part: null,
    columns: names.map((name) => ({ name, isText: columns.get(name) === true, mayGroup: false })),
    rows: rowsOf(bytes, places, names),
    ragged: false,
  }
}

function* rowsOf(bytes: Buffer, places: readonly Place[], names: readonly string[]): Generator<FoundRow> {
  for (const place of places) {
    const members = membersOf(bytes, place)
    const cell = (name: string): string | null =>
      members instanceof Map ? (members.get(name)?.text ?? null) : null
    yield { ...place, cells: names.map(cell) }
  }
}

interface Member {
  /** A number as it is written; null for null and for an empty text. */
  readonly text: string | null
  readonly isText: boolean
}

/** The members of an object; undefined where there is none. One with a name twice is not read as its last value. */
function membersOf(bytes: Buffer, { start, end }: Place): Map<string, Member> | 'repeated' | undefined {
  let value: unknown
  let kept = -1 // the whole is handed over, too
  try {
    // A number keeps its digits: it becomes a text of its source, in a box that tells it from other texts.
    value = JSON.parse(
      bytes.toString('utf8', start, end),
      function (this: unknown, _key, part: unknown, context?: { source?: string }): unknown {
        if (!Array.isArray(this)) kept += 1
        return typeof part === 'number' ? new Digits(context?.source ?? String(part)) : part
      },
    )
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Digits)
    return undefined
  if (kept !== namesWithin(bytes, start, end)) return 'repeated'
  return new Map(Object.entries(value).map(([name, part]) => [name, memberOf(part)]))
}

/** How many names the objects of a JSON text have: the texts in front of a colon. */
function namesWithin(bytes: Buffer, start: number, end: number): number {
  let names = 0
  for (let at = start; at < end; at += 1) {
    if (bytes[at] !== TEXT) continue
    at = endOfText(bytes, at)
    const next = skipSpace(bytes, at + 1)
    if (next < end && bytes[next] === COLON) names += 1
  }
  return names
}

function memberOf(value: unknown): Member {
  if (value === null) return { text: null, isText: false }
  if (value instanceof Digits) return { text: value.source, isText: false }
  if (typeof value === 'boolean') return { text: String(value), isText: false }
  if (typeof value === 'string') return { text: value === '' ? null : value, isText: value !== '' }
  return { text: JSON.stringify(value), isText: true }
}

class Digits {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toJSON(): unknown {
    return JSON.parse(this.source)
  }
}

const OPEN = 0x7b // {
const CLOSE = 0x7d // }
const TEXT = 0x22 // "
const ESCAPE = 0x5c // \
const COLON = 0x3a // :

/** The places of the objects of a list that holds nothing else; undefined for any other text. */
function listed(bytes: Buffer): Place[] | undefined {
  let at = skipSpace(bytes, textStart(bytes))
  if (bytes[at] !== 0x5b) return undefined
  const places: Place[] = []
  for (at = skipSpace(bytes, at + 1); bytes[at] === OPEN; at = skipSpace(bytes, at + 1)) {
    const end = endOfObject(bytes, at)
    if (end === undefined) return undefined
    places.push({ start: at, end })
    at = skipSpace(bytes, end)
    if (bytes[at] !== 0x2c) break
  }
  return bytes[at] === 0x5d && skipSpace(bytes, at + 1) === bytes.length ? places : undefined
}

function endOfObject(bytes: Buffer, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < bytes.length; at += 1)
    switch (bytes[at]) {
      case TEXT:
        at = endOfText(bytes, at)
        break
      case OPEN:
        depth += 1
        break
      case CLOSE:
        depth -= 1
        if (depth === 0) return at + 1
    }
  return undefined
}

function endOfText(bytes: Buffer, open: number): number {
  let at = open + 1
  while (at < bytes.length && bytes[at] !== TEXT) at += bytes[at] === ESCAPE ? 2 : 1
  return at
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (isSpace(bytes[at])) at += 1
  return at
}

function trimmed(bytes: Buffer, end: number): number {
  let at = end
  while (isSpace(bytes[at - 1])) at -= 1
  return at
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
