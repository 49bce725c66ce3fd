import { z } from 'zod'
import type { JsonSize } from '../confinement/json-size.ts'
import { MAX_OUTLINE, MAX_RECORDS, MAX_TABLE_CELLS, MAX_TEXT_BYTES } from './limits.ts'
import type { FromParser } from './messages.ts'

/**
 * The largest message of a child: a document, whose text may be escaped and stands in its tables and marks once more. An
 * entry of an outline has eleven items. A cell has nine at most: where it is a row by itself, and its table has two of them. A record
 * has a name.
 */
export const MOST_MESSAGE: JsonSize = {
  bytes: 6 * MAX_TEXT_BYTES,
  items: 12 * MAX_OUTLINE + 9 * MAX_TABLE_CELLS + MAX_RECORDS,
  depth: 8,
}

const offset = z.int().nonnegative().max(MAX_TEXT_BYTES)
const text = z.string().refine((value) => value.isWellFormed() && !value.includes('\0'), 'no text')
const outline = z.strictObject({
  kind: z.enum(['heading', 'section', 'page', 'sheet']),
  title: text.max(1_000),
  depth: z.int().min(1).max(100),
  start: offset,
  end: offset,
})
const row = z.strictObject({ cells: z.array(text.nullable()), start: offset, end: offset })
const column = z.strictObject({ name: text, isText: z.boolean(), mayGroup: z.boolean() })
const table = z.strictObject({
  part: text.max(1_000),
  columns: z.array(column),
  rows: z.array(row),
  marked: z.boolean(),
  apart: z.boolean().exactOptional(),
  problem: text.max(1_000).exactOptional(),
})
const document = z.strictObject({
  text,
  title: text.max(1_000).exactOptional(),
  outline: z.array(outline).max(MAX_OUTLINE),
  places: z
    .strictObject({
      kind: z.enum(['page', 'paragraph', 'cells', 'part', 'record']),
      names: z.array(text.max(1_000)),
      marks: z.base64(),
    })
    .exactOptional(),
  tables: z.array(table),
  warnings: z.array(text.max(1_000)).max(100),
})
const refusal = z.strictObject({
  code: z.enum(['scan', 'encrypted', 'damaged', 'limits', 'unsafe-name', 'binary']),
  reason: text.max(1_000),
})
const schema: z.ZodType<FromParser> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('document'), document }),
  z.strictObject({ type: z.literal('member'), name: z.string() }),
  z.strictObject({ type: z.literal('bytes'), base64: z.string() }),
  z.strictObject({ type: z.literal('left'), name: z.string(), refusal }),
  z.strictObject({ type: z.literal('code'), base64: z.string() }),
  z.strictObject({ type: z.literal('no-grammar'), reason: text.max(1_000) }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('refused'), refusal }),
])

/** A message of the child, which is not believed; undefined when it is none. */
export function parserMessage(value: unknown): FromParser | undefined {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}
