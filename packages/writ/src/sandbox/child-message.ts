import { OUTCOMES } from '@writ/contract'
import { z } from 'zod'
import type { FromChild } from './messages.ts'

const count = z.int().nonnegative()
const guestError = z.strictObject({
  name: z.string(),
  message: z.string(),
  dataJson: z.string().exactOptional(),
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
    name: z.string(),
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
  z.strictObject({ type: z.literal('failed'), vm: count, message: z.string() }),
  z.strictObject({ type: z.literal('stuck') }),
  z.strictObject({ type: z.literal('pong') }),
])

/** A message of the child, or what is wrong with it. */
export function childMessage(value: unknown): FromChild | { readonly type: 'bad'; readonly reason: string } {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : { type: 'bad', reason: z.prettifyError(parsed.error) }
}

function isJson(text: string): boolean {
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
