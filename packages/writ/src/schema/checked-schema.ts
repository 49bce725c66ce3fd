import type { Json } from '@writ/contract'
import { Evaluation } from './evaluation.ts'
import type { SchemaObject } from './json-schema.ts'
import type { Misfit } from './misfit.ts'
import { compilePatterns, type Patterns } from './patterns.ts'
import { readSchema } from './read-schema.ts'

/** A JSON Schema that values can be held against. */
export class CheckedSchema {
  /** The schema as it is shown to a model. */
  readonly json: string
  /** Whether every value that fits is an object: only those can be asked for as JSON everywhere. */
  readonly objectsOnly: boolean
  readonly #schema: SchemaObject
  readonly #patterns: Patterns

  constructor(schema: SchemaObject, patterns: Patterns) {
    this.#schema = schema
    this.#patterns = patterns
    this.json = JSON.stringify(schema)
    this.objectsOnly = schema.type === 'object'
  }

  /** Where a value does not fit; nothing when it does. Throws `BAD_SCHEMA` when that takes too long to find out. */
  misfits(value: Json): readonly Misfit[] {
    const evaluation = new Evaluation(this.#schema, this.#patterns)
    evaluation.fits(this.#schema, value, null)
    return evaluation.misfits
  }
}

/** Reads a schema and makes it ready. Rejects with `BAD_SCHEMA`. */
export async function checkedSchema(given: unknown): Promise<CheckedSchema> {
  const schema = readSchema(given)
  return new CheckedSchema(schema, await compilePatterns(schema))
}
