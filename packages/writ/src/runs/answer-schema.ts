import { type JsonObject, WritError } from '@writ/contract'
import { z } from 'zod'
import type { AnswerSchema } from '../files/answer-schema.ts'
import { checkedSchema, readSchema } from '../schema/index.ts'

/** The JSON Schema that an answer must fit. Rejects with `BAD_SCHEMA`, also for what JSON Schema cannot say. */
export async function answerSchema(given: AnswerSchema): Promise<JsonObject> {
  const schema = readSchema(isZod(given) ? fromZod(given) : given)
  await checkedSchema(schema)
  return schema
}

function isZod(given: AnswerSchema): given is z.core.$ZodType {
  return typeof given === 'object' && given !== null && '_zod' in given
}

/** Checks of zod that run code, and so cannot be made again from a record. */
const CODE: readonly string[] = ['custom', 'overwrite']

function fromZod(schema: z.core.$ZodType): unknown {
  try {
    return z.toJSONSchema(schema, {
      io: 'output',
      override: ({ zodSchema, jsonSchema }) => {
        const { checks = [] } = zodSchema._zod.def
        const code = checks.map((check) => check._zod.def.check).find((name) => CODE.includes(name))
        if (code !== undefined) throw new Error(`a check that runs code (${code}) cannot be recorded`)
        // The format says it as well, and zod's own expression looks around.
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern
      },
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('BAD_SCHEMA', `The zod schema is no JSON Schema: ${why}.`, { cause: error })
  }
}
