import type { Json, JsonObject } from '@writ/contract'
import type { z } from 'zod'

/** What an answer must fit: a zod schema, or a JSON Schema. */
export type AnswerSchema = z.core.$ZodType | JsonObject

/** The type of an answer's value: what the zod schema says, or any JSON. Null when nothing was released. */
export type ValueOf<S> = S extends z.core.$ZodType ? z.core.output<S> | null : Json
