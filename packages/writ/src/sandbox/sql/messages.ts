import type { QueryNames, QueryResult, TableColumn, TableRow } from '@writ/contract'
import { z } from 'zod'

// Between the main process and the child that answers queries, as JSON: each order has one reply. The child is less
// trusted: what it says is checked before anything is believed.

export type SqlOrder =
  | { readonly type: 'names'; readonly query: string }
  /** Begins anew, with tables that are empty. */
  | { readonly type: 'begin'; readonly tables: readonly EmptyTable[]; readonly spans: boolean }
  | { readonly type: 'rows'; readonly table: number; readonly rows: readonly TableRow[] }
  | { readonly type: 'run'; readonly query: string; readonly limit: number }

export interface EmptyTable {
  readonly as: string
  readonly doc: string
  readonly columns: readonly TableColumn[]
}

export type ToSql = SqlOrder & { readonly id: number }

/** What the child says of one order. */
export type FromSql =
  | { readonly id: number; readonly type: 'done' }
  | ({ readonly id: number; readonly type: 'names' } & QueryNames)
  | ({ readonly id: number; readonly type: 'result' } & QueryResult)
  | {
      readonly id: number
      readonly type: 'failed'
      readonly code: 'BAD_SQL' | 'SQL_STOPPED' | 'SQL_UNAVAILABLE'
      readonly message: string
    }

const id = z.int().nonnegative()
const texts = z.array(z.string())

const reply: z.ZodType<FromSql> = z.discriminatedUnion('type', [
  z.strictObject({ id, type: z.literal('done') }),
  z.strictObject({ id, type: z.literal('names'), tables: texts, defined: texts }),
  z.strictObject({
    id,
    type: z.literal('result'),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
    rows: z.array(z.record(z.string(), z.json())),
    truncated: z.boolean(),
  }),
  z.strictObject({
    id,
    type: z.literal('failed'),
    code: z.enum(['BAD_SQL', 'SQL_STOPPED', 'SQL_UNAVAILABLE']),
    message: z.string().max(2_000),
  }),
])

/** A reply of the child; undefined for anything else. */
export function sqlReply(value: unknown): FromSql | undefined {
  return reply.safeParse(value).data
}
