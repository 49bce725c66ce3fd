import { OUTCOMES } from '@writ/contract'
import { z } from 'zod'
import { isWithin, type JsonSize } from '../confinement/json-size.ts'
import { MOST_ERROR, MOST_JSON } from './cell-size.ts'
import type { FromChild } from './messages.ts'

/**
 * The largest message of a child, as a line. It is as flat as the schema here; half of its bytes may be backslashes, and
 * what a cell shows and prints has room beside its JSON.
 */
export const MOST_MESSAGE: JsonSize = { bytes: 2 * MOST_JSON.bytes + 2 * 1024 * 1024, items: 64, depth: 4 }

const MOST_REASON_CHARS = 500

const count = z.int().nonnegative()
const guestError = z.strictObject({
  name: z.string().max(MOST_ERROR.name),
  message: z.string().max(MOST_ERROR.message),
  dataJson: z.string().max(MOST_ERROR.dataJson).refine(isJson, 'not JSON').exactOptional(),
})
const result = z.strictObject({
  outcome: z.enum(OUTCOMES).extract(['ok', 'error', 'limit', 'imposed', 'cancelled']),
  output: z.string(),
  shown: z.string().exactOptional(),
  error: guestError.exactOptional(),
  finalJson: z.string().refine(isJson, 'not JSON').exactOptional(),
  fuel: count,
})
const schema: z.ZodType<FromChild> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('opened'), vm: count }),
  z.strictObject({
    type: z.literal('call'),
    vm: count,
    id: count,
    name: z.string().max(MOST_ERROR.name),
    argsJson: z.string().refine(isJsonArray, 'not a JSON array'),
  }),
  z.strictObject({
    type: z.literal('ended'),
    vm: count,
    end: z.strictObject({ result, delivered: count, drafted: z.boolean().exactOptional() }),
  }),
  z.strictObject({
    type: z.literal('draft'),
    vm: count,
    json: z.string().refine(isJson, 'not JSON').nullable(),
  }),
  z.strictObject({ type: z.literal('failed'), vm: count, message: z.string().max(MOST_ERROR.message) }),
  z.strictObject({ type: z.literal('stuck') }),
  z.strictObject({ type: z.literal('pong') }),
])

/** A message of the child, or what is wrong with it. */
export function childMessage(value: unknown): FromChild | { readonly type: 'bad'; readonly reason: string } {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  return { type: 'bad', reason: z.prettifyError(parsed.error).slice(0, MOST_REASON_CHARS) }
}

function isJson(text: string): boolean {
  if (!isWithin(text, MOST_JSON)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isJsonArray(text: string): boolean {
  return text.startsWith('[') && isJson(text)
}
