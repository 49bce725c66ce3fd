import type { Json } from '@writ/contract'
import { z } from 'zod'

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0]

/** Why a value is not as a JSON Schema says, or why the schema cannot be used; null when it fits. */
export function schemaFault(schema: Json, value: Json): string | null {
  try {
    const parsed = z.fromJSONSchema(schema as JsonSchema).safeParse(value)
    if (parsed.success) return null
    const [issue] = parsed.error.issues
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
    return `${where}${issue?.message ?? 'it does not fit'}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Why a JSON Schema cannot be used; null when it can. */
export function badSchema(schema: Json): string | null {
  try {
    z.fromJSONSchema(schema as JsonSchema)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
