import { MAX_TABLE_TEXT_BYTES } from '../limits.ts'
import { mediaTypeOf } from '../media-type.ts'
import { csvTable } from './csv-table.ts'
import { type FoundTable, type NoTable, noTable } from './found-table.ts'
import { jsonLinesTable, jsonTable } from './json-table.ts'
import { isLogName, logTable } from './log-table.ts'
import { markdownTables } from './markdown-tables.ts'
import { xmlTables } from './xml-table.ts'
import { yamlTables } from './yaml-table.ts'

/** What logs are called here: their names tell them, and their media type is that of any text. */
const LOG = 'log'

type Finder = (text: Buffer, mediaType: string) => readonly (FoundTable | NoTable)[]

const one =
  (find: (text: Buffer, mediaType: string) => FoundTable | NoTable | undefined): Finder =>
  (text, mediaType) => {
    const found = find(text, mediaType)
    return found === undefined ? [] : [found]
  }

/** What finds tables in the text of a document, by its media type. */
const FINDERS: Readonly<Record<string, Finder>> = {
  'text/csv': one(csvTable),
  'text/tab-separated-values': one(csvTable),
  'application/json': one(jsonTable),
  'application/x-ndjson': one(jsonLinesTable),
  'text/markdown': markdownTables,
  [LOG]: one(logTable),
  'application/yaml': yamlTables,
  'text/xml': xmlTables,
}

/** By what the tables of a document are looked for. */
export function tableKind(id: string): string {
  return isLogName(id) ? LOG : mediaTypeOf(id)
}

/** The tables in the text of a document, which is read for kinds that may hold some and for no other. */
export function findTables(
  kind: string,
  bytes: number,
  text: () => Buffer,
): readonly (FoundTable | NoTable)[] {
  const find = Object.hasOwn(FINDERS, kind) ? FINDERS[kind] : undefined
  if (find === undefined) return []
  if (bytes <= MAX_TABLE_TEXT_BYTES) return find(text(), kind)
  return [noTable(`it has ${bytes} bytes, more than ${MAX_TABLE_TEXT_BYTES}`)]
}
