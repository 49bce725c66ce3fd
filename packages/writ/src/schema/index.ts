// JSON Schema within bounds, which any room may check values by.

export { CheckedSchema, checkedSchema } from './checked-schema.ts'
export { inWords } from './misfit.ts'
export { readSchema } from './read-schema.ts'
export { valueIn } from './value-in.ts'
