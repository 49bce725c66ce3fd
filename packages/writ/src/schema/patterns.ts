import { isObject } from '@writ/contract'
import type { RE2JS } from 're2js'
import { allSchemas, type SchemaObject } from './json-schema.ts'
import { badSchema } from './read-schema.ts'

/** Instructions of a compiled pattern: the time of a match grows with them. */
const MOST_PROGRAM = 1_000

/** The patterns of one schema, compiled for an engine that never backtracks. */
export type Patterns = ReadonlyMap<string, RE2JS>

/** Compiles every pattern in a schema. The engine is loaded for the first. Rejects with `BAD_SCHEMA`. */
export async function compilePatterns(schema: SchemaObject): Promise<Patterns> {
  const patterns = [...new Set(patternsIn(schema))]
  if (patterns.length === 0) return new Map()
  const { RE2JS } = await import('re2js')
  return new Map(
    patterns.map((pattern) => {
      const compiled = looking(() => RE2JS.compile(pattern))
      if (compiled === undefined)
        throw badSchema(
          '',
          `${JSON.stringify(pattern)} is no RE2 expression: no look-around, no backreferences`,
        )
      if (compiled.programSize() > MOST_PROGRAM)
        throw badSchema('', `the pattern ${JSON.stringify(pattern)} is too large`)
      return [pattern, compiled]
    }),
  )
}

function looking(compile: () => RE2JS): RE2JS | undefined {
  try {
    return compile()
  } catch {
    return undefined
  }
}

function patternsIn(schema: SchemaObject): readonly string[] {
  return [...allSchemas(schema)].flatMap(({ pattern, patternProperties }) => [
    ...(typeof pattern === 'string' ? [pattern] : []),
    ...Object.keys(isObject(patternProperties) ? patternProperties : {}),
  ])
}
