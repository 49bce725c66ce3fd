import type { Json, JsonObject } from '@writ/contract'
import type { z } from 'zod'

/** What an answer must fit: a zod schema, or a JSON Schema. */
export type AnswerSchema = z.core.$ZodType | JsonObject

/** The type of the value that options ask for: what a zod schema says, or any JSON. Null when nothing was released. */
export type ValueOf<O> = O extends { readonly schema: infer S extends z.core.$ZodType }
  ? z.core.output<S> | null
  : Json
