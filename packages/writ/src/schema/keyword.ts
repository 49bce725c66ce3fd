import type { Json } from '@writ/contract'
import type { AnySchema, SchemaObject } from './json-schema.ts'
import type { Place } from './misfit.ts'

/** One value on its way through one schema, as the keywords see it. */
export interface Checking {
  /** Whether a value fits a schema; what does not fit is noted, unless alternatives are tried. */
  fits(schema: AnySchema, value: Json, at: Place | null): boolean
  /** The same, with nothing noted. */
  tries(schema: AnySchema, value: Json, at: Place | null): boolean
  /** Whether a value fits the schema that a reference names. */
  refers(ref: string, value: Json, at: Place | null): boolean
  /** Notes that a value does not fit, and is false. */
  misfit(at: Place | null, why: string): false
  /** Whether every part passes; goes on after one that does not, as long as misfits are noted. */
  all<T>(parts: Iterable<T>, passes: (part: T) => boolean): boolean
  matches(pattern: string, text: string): boolean
  /** A text that tells a value from all others. */
  fingerprint(value: Json): string
  /** The same of each value of an `enum`, made once. */
  fingerprints(values: readonly Json[]): ReadonlySet<string>
  /** Counts steps. Throws `BAD_SCHEMA` when there have been too many. */
  spend(steps: number): void
}

/** Whether a value keeps what a keyword asks of it. A value of another kind than the keyword is about does. */
export type Keyword = (
  check: Checking,
  operand: Json,
  value: Json,
  at: Place | null,
  schema: SchemaObject,
) => boolean
