import { isObject, type Json, type JsonObject } from '@writ/contract'

/** A list of objects as a table: the columns in the order in which they first come. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly JsonObject[]
}

/** The table that a value is; undefined for one of another shape. */
export function tableOf(value: Json): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every((row) => isObject(row as Json)))
    return undefined
  const rows = value as readonly JsonObject[]
  return { rows, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))] }
}

/** What a row has in a column; what it lacks is null. */
export function cellOf(row: JsonObject, column: string): Json {
  return (Object.hasOwn(row, column) ? row[column] : null) ?? null
}

/** A cell as text: nothing for null, and JSON for what is no single value. */
export function plainText(cell: Json): string {
  if (cell === null) return ''
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}
