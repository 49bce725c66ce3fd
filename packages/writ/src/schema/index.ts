// JSON Schema within bounds, which any room may check values by.

export { CheckedSchema, checkedSchema } from './checked-schema.ts'
export type { SchemaObject } from './json-schema.ts'
export { inWords } from './misfit.ts'
export { MOST_SCHEMA_BYTES, readSchema } from './read-schema.ts'
export { valueIn } from './value-in.ts'
