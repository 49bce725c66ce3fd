import { accessSync, constants, statSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { isObject, type Json, WritError } from '@writ/contract'
import { tableOf } from '../rows.ts'
import { csvLines } from './csv.ts'
import { markdownLines } from './markdown.ts'

type Format = (value: Json, schema: Json | undefined) => Iterable<string>

/** How a value is written, by the ending of the file. Throws `NOT_A_TABLE` for a value that has no such form. */
const FORMATS: Readonly<Record<string, Format>> = {
  '.csv': (value, schema) => {
    const list = rowsOf(value)
    const table = tableOf(list, schema)
    if (table !== undefined) return csvLines(table)
    if (Array.isArray(list) && list.length === 0) return []
    throw new WritError(
      'NOT_A_TABLE',
      `The released value is ${shapeOf(value)}, and no list of objects: CSV cannot hold it.`,
    )
  },
  '.json': (value) => [`${JSON.stringify(value, null, 2)}\n`],
  '.md': markdownLines,
}

/** Characters that are written at once. */
const CHUNK_CHARS = 65_536

/** Throws `USAGE` for a file that names no form of a value or could not be written: before anything is asked. */
export function requireValueFile(path: string): void {
  formatOf(path)
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch (cause) {
    throw new WritError('USAGE', `--out-value: the directory ${dirname(path)} cannot be written to.`, {
      cause,
    })
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new WritError('USAGE', `--out-value takes a file, and ${path} is a directory.`)
}

/** A value as the file is to hold it, piece by piece; its schema orders columns. Throws `NOT_A_TABLE`. */
export async function* valueText(value: Json, path: string, schema?: Json): AsyncIterable<string> {
  const pieces = await Promise.resolve(formatOf(path)(value, schema))
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < CHUNK_CHARS) continue
    yield text
    text = ''
  }
  yield text
}

function formatOf(path: string): Format {
  const ending = extname(path).toLowerCase()
  const format = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined
  if (format !== undefined) return format
  throw new WritError('USAGE', `--out-value takes a file that ends in ${Object.keys(FORMATS).join(', ')}.`)
}

/** The list that a value is, or that it holds as its `rows`: what a query gives, and what is told about it. */
function rowsOf(value: Json): Json {
  return isObject(value) && Array.isArray(value.rows) ? value.rows : value
}

function shapeOf(value: Json): string {
  if (Array.isArray(value)) return 'a list with other things than objects'
  if (value === null) return 'null'
  return typeof value === 'object' ? 'one object' : `a ${typeof value}`
}
