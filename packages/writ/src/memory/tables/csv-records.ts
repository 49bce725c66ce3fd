/** A record of a delimited file by its bytes: where it stands, and where each field begins and ends. */
export interface CsvRecord {
  readonly start: number
  /** Before the line break. */
  readonly end: number
  /** Pairs of the first byte of a field and the one after its last, quotes included. */
  readonly fields: readonly number[]
}

/** A file whose records do not end or are not quoted as RFC 4180 says; the message says where. */
export class BadRecords extends Error {}

const NEWLINE = 0x0a
const RETURN = 0x0d
export const QUOTE = 0x22
/** What may follow a carriage return outside of quotes; undefined for the end. */
const ENDS: ReadonlySet<number | undefined> = new Set([NEWLINE, RETURN, undefined])

/** The records of a delimited file in UTF-8, blank lines left out. Throws `BadRecords`. */
export function* csvRecords(bytes: Buffer, delimiter: number, from: number = 0): Generator<CsvRecord> {
  let at = from
  while (at < bytes.length) {
    const start = at
    const fields: number[] = []
    for (;;) {
      const begin = at
      at = bytes[at] === QUOTE ? afterQuoted(bytes, at) : at
      const quoted = at > begin
      while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== NEWLINE) {
        if (bytes[at] === RETURN && !ENDS.has(bytes[at + 1]))
          throw new BadRecords(`a carriage return stands without a line feed at byte ${at}`)
        if (quoted && !(bytes[at] === RETURN && bytes[at + 1] === NEWLINE))
          throw new BadRecords(`text follows a closing quote at byte ${at}`)
        at += 1
      }
      const closed = bytes[at] === delimiter
      const end = !closed && at > begin && bytes[at - 1] === RETURN ? at - 1 : at
      fields.push(begin, end)
      if (!closed) break
      at += 1
    }
    const end = fields.at(-1) ?? start
    at += 1 // over the line break
    if (end > start) yield { start, end, fields }
  }
}

/** Where the field goes on after its closing quote; a doubled quote is part of the field. */
function afterQuoted(bytes: Buffer, open: number): number {
  for (let at = bytes.indexOf(QUOTE, open + 1); at !== -1; at = bytes.indexOf(QUOTE, at + 2))
    if (bytes[at + 1] !== QUOTE) return at + 1
  throw new BadRecords(`a quote opens at byte ${open} and is never closed`)
}

/** The cells of a record. What stands without quotes has no space around it; nothing at all is null. */
export function cellsOf(bytes: Buffer, { fields }: CsvRecord): (string | null)[] {
  const cells: (string | null)[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const text = bytes.toString('utf8', fields[at], fields[at + 1])
    const cell = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.trim()
    cells.push(cell === '' ? null : cell)
  }
  return cells
}
