import { isObject, type Json, type JsonObject } from '@writ/contract'

/** A list of objects as a table. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly JsonObject[]
}

/** The table that a value is, its columns in the order of its schema and then as they come; undefined for another shape. */
export function tableOf(value: Json, schema?: Json): Table | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every((row) => isObject(row as Json)))
    return undefined
  const rows = value as readonly JsonObject[]
  const names = new Set(rows.flatMap((row) => Object.keys(row)))
  const ordered = columnsOf(schema).filter((name) => names.has(name))
  return { rows, columns: [...new Set([...ordered, ...names])] }
}

/** Whether what a column holds are numbers, or nothing. */
export function isNumeric({ rows }: Table, column: string): boolean {
  return rows.every((row) => {
    const cell = cellOf(row, column)
    return cell === null || typeof cell === 'number'
  })
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

/** The order in which a schema of a list of objects names their members; none for another schema. */
function columnsOf(schema: Json | undefined): readonly string[] {
  const { items } = isObject(schema) ? schema : {}
  const { properties } = isObject(items) ? items : {}
  return isObject(properties) ? Object.keys(properties) : []
}

/** What a schema of an object says of one of its members. */
export function schemaOfMember(schema: Json | undefined, name: string): Json | undefined {
  const { properties } = isObject(schema) ? schema : {}
  return isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
}
