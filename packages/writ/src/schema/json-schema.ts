import type { Json, JsonObject } from '@writ/contract'

/** A JSON Schema that `readSchema` has let through: every keyword is known and has an operand of its kind. */
export type SchemaObject = JsonObject

/** A schema or one of the two that hold for everything and for nothing. */
export type AnySchema = SchemaObject | boolean

/** What the operand of a keyword is. */
export type Operand =
  | 'schema'
  | 'schemas'
  | 'named schemas'
  | 'schemas by pattern'
  | 'count'
  | 'number'
  | 'positive number'
  | 'flag'
  | 'names'
  | 'names by name'
  | 'values'
  | 'value'
  | 'type'
  | 'ref'
  | 'pattern'
  | 'format'
  | 'note'

/** The keywords of draft 2020-12 that are checked, and those that say nothing of whether a value fits. */
export const OPERANDS: ReadonlyMap<string, Operand> = new Map<string, Operand>([
  ['type', 'type'],
  ['enum', 'values'],
  ['const', 'value'],
  ['$ref', 'ref'],
  ['$defs', 'named schemas'],
  ['definitions', 'named schemas'],
  ['allOf', 'schemas'],
  ['anyOf', 'schemas'],
  ['oneOf', 'schemas'],
  ['not', 'schema'],
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
  ['properties', 'named schemas'],
  ['patternProperties', 'schemas by pattern'],
  ['additionalProperties', 'schema'],
  ['propertyNames', 'schema'],
  ['required', 'names'],
  ['dependentRequired', 'names by name'],
  ['minProperties', 'count'],
  ['maxProperties', 'count'],
  ['prefixItems', 'schemas'],
  ['items', 'schema'],
  ['contains', 'schema'],
  ['minContains', 'count'],
  ['maxContains', 'count'],
  ['minItems', 'count'],
  ['maxItems', 'count'],
  ['uniqueItems', 'flag'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
  ['multipleOf', 'positive number'],
  ['minLength', 'count'],
  ['maxLength', 'count'],
  ['pattern', 'pattern'],
  ['format', 'format'],
  ...[
    '$schema',
    '$comment',
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    'contentEncoding',
    'contentMediaType',
  ].map((name): [string, Operand] => [name, 'note']),
])

/** Keywords whose schemas judge the same value as the schema they stand in. */
export const IN_PLACE: readonly string[] = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', '$ref']

/** The schema that a `$ref` names: the whole, or one of its definitions. Undefined where there is none. */
export function referred(root: SchemaObject, ref: string): AnySchema | undefined {
  if (ref === '#') return root
  const [, table = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref) ?? []
  const key = decoded(name)
  const named = Object.hasOwn(root, table) ? (root[table] as JsonObject) : {}
  return key !== undefined && Object.hasOwn(named, key) ? (named[key] as AnySchema) : undefined
}

/** A name as a JSON pointer in a URL fragment writes it. */
function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return undefined
  }
}

/** The schemas that stand in an operand, whichever form it has. */
export function schemasIn(operand: Json | undefined): readonly AnySchema[] {
  return (Array.isArray(operand) ? operand : [operand]) as readonly AnySchema[]
}

/** A schema and every schema within it. */
export function* allSchemas(schema: AnySchema): Iterable<SchemaObject> {
  if (typeof schema === 'boolean') return
  yield schema
  for (const [keyword, operand] of Object.entries(schema)) {
    const kind = OPERANDS.get(keyword)
    if (kind === 'schema' || kind === 'schemas') for (const one of schemasIn(operand)) yield* allSchemas(one)
    if (kind === 'named schemas' || kind === 'schemas by pattern')
      for (const one of Object.values(operand as JsonObject)) yield* allSchemas(one as AnySchema)
  }
}
