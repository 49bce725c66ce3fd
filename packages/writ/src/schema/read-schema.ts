import { isObject, type Json, type JsonObject, WritError } from '@writ/contract'
import { isFormat, KNOWN_FORMATS } from './formats.ts'
import {
  type AnySchema,
  IN_PLACE,
  OPERANDS,
  type Operand,
  referred,
  type SchemaObject,
  schemasIn,
} from './json-schema.ts'

/** Bytes of a schema as JSON: it goes into prompts. */
const MOST_SCHEMA_BYTES: number = 64 * 1024
/** How deep a schema may nest. */
const MOST_DEPTH = 64
/** Characters of one pattern. */
const MOST_PATTERN_CHARS = 500

const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']

/**
 * Reads a JSON Schema that anybody may have written, a guest too. A schema is refused that is too large, that reaches
 * outside itself, that refers to itself without end, or that says anything which is not checked. Throws `BAD_SCHEMA`.
 */
export function readSchema(given: unknown): SchemaObject {
  const schema = asJson(given)
  if (!isObject(schema)) throw badSchema('', 'it is no object')
  readObject(schema, schema, '')
  refuseCircles(schema)
  return schema
}

export function badSchema(at: string, why: string): WritError {
  return new WritError(
    'BAD_SCHEMA',
    `The JSON Schema cannot be used: ${why}${at === '' ? '' : ` (at ${at})`}.`,
  )
}

/** The schema as JSON holds it: plain data of a bounded size. */
function asJson(given: unknown): Json {
  if (deeperThan(given, MOST_DEPTH)) throw badSchema('', `it nests more than ${MOST_DEPTH} deep`)
  let text: string | undefined
  try {
    text = JSON.stringify(given)
  } catch {
    throw badSchema('', 'JSON cannot hold it')
  }
  if (text === undefined) throw badSchema('', 'JSON cannot hold it')
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_SCHEMA_BYTES)
    throw badSchema('', `it has ${bytes} bytes; at most ${MOST_SCHEMA_BYTES} are taken`)
  return JSON.parse(text) as Json
}

/** Whether a value nests deeper, found without recursion: a circle does. */
function deeperThan(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}

function readAny(schema: Json | undefined, root: SchemaObject, at: string): void {
  if (typeof schema === 'boolean') return
  if (!isObject(schema)) throw badSchema(at, 'a schema is an object, true or false')
  readObject(schema, root, at)
}

function readObject(schema: JsonObject, root: SchemaObject, at: string): void {
  for (const [keyword, operand] of Object.entries(schema)) {
    const place = `${at}/${keyword}`
    const kind = OPERANDS.get(keyword)
    if (kind === undefined) throw badSchema(place, `${JSON.stringify(keyword)} is no keyword that is checked`)
    READERS[kind](operand ?? null, { root, schema, at: place })
  }
}

interface Around {
  readonly root: SchemaObject
  readonly schema: SchemaObject
  readonly at: string
}

/** How the operand of each kind is read. Throws `BAD_SCHEMA`. */
const READERS: { readonly [K in Operand]: (operand: Json, around: Around) => void } = {
  schema: (operand, { root, at }) => readAny(operand, root, at),
  schemas: (operand, { root, at }) => {
    for (const [index, one] of listOf(operand, at).entries()) readAny(one, root, `${at}/${index}`)
  },
  'named schemas': (operand, { root, at }) => {
    for (const [name, one] of entriesOf(operand, at)) readAny(one, root, `${at}/${name}`)
  },
  'schemas by pattern': (operand, { root, at }) => {
    for (const [pattern, one] of entriesOf(operand, at)) {
      requirePattern(pattern, at)
      readAny(one, root, `${at}/${pattern}`)
    }
  },
  names: (operand, { at }) => requireNames(operand, at),
  'names by name': (operand, { at }) => {
    for (const [name, names] of entriesOf(operand, at)) requireNames(names, `${at}/${name}`)
  },
  type: (operand, { at }) => {
    if (!schemasIn(operand).every((name) => typeof name === 'string' && TYPES.includes(name)))
      throw badSchema(at, `a type is one of ${TYPES.join(', ')}, or a list of them`)
  },
  values: (operand, { at }) => void listOf(operand, at),
  ref: (operand, { root, at }) => {
    if (typeof operand !== 'string' || referred(root, operand) === undefined)
      throw badSchema(at, 'a reference is "#" or "#/$defs/<name>" of the same schema')
  },
  pattern: (operand, { at }) => requirePattern(operand, at),
  format: (operand, { schema, at }) => {
    if (typeof operand !== 'string' || (!isFormat(operand) && schema.pattern === undefined))
      throw badSchema(at, `a format that is checked is one of ${KNOWN_FORMATS.join(', ')}`)
  },
  count: (operand, { at }) => {
    if (!Number.isSafeInteger(operand) || Number(operand) < 0)
      throw badSchema(at, 'it takes a whole number that is not negative')
  },
  number: (operand, { at }) => {
    if (typeof operand !== 'number') throw badSchema(at, 'it takes a number')
  },
  'positive number': (operand, { at }) => {
    if (typeof operand !== 'number' || operand <= 0) throw badSchema(at, 'it takes a number above zero')
  },
  flag: (operand, { at }) => {
    if (typeof operand !== 'boolean') throw badSchema(at, 'it takes true or false')
  },
  value: anything,
  note: anything,
}

function anything(): void {
  // Whatever it is, it fits.
}

function listOf(operand: Json, at: string): readonly Json[] {
  if (!Array.isArray(operand) || operand.length === 0)
    throw badSchema(at, 'it takes a list that is not empty')
  return operand as readonly Json[]
}

function entriesOf(operand: Json, at: string): readonly (readonly [string, Json | undefined])[] {
  if (!isObject(operand)) throw badSchema(at, 'it takes an object')
  const entries = Object.entries(operand)
  if (entries.some(([name]) => name === '__proto__')) throw badSchema(at, 'nothing may be called __proto__')
  return entries
}

function requireNames(operand: Json | undefined, at: string): void {
  if (!Array.isArray(operand) || !operand.every((name) => typeof name === 'string'))
    throw badSchema(at, 'it takes a list of names')
}

/** Its syntax is known once the pattern engine has seen it. */
function requirePattern(pattern: Json | undefined, at: string): void {
  if (typeof pattern !== 'string') throw badSchema(at, 'a pattern is a string')
  if (pattern.length > MOST_PATTERN_CHARS)
    throw badSchema(at, `a pattern has at most ${MOST_PATTERN_CHARS} characters`)
}

/** Refuses a schema that would have to be checked of one value again and again. */
function refuseCircles(root: SchemaObject): void {
  const done = new Set<AnySchema>()
  const open = new Set<AnySchema>()
  const visit = (schema: AnySchema): void => {
    if (typeof schema === 'boolean' || done.has(schema)) return
    if (open.has(schema)) throw badSchema('', 'it refers to itself without end')
    open.add(schema)
    for (const next of inPlace(root, schema)) visit(next)
    open.delete(schema)
    done.add(schema)
  }
  for (const schema of [root, ...definitions(root)]) visit(schema)
}

function inPlace(root: SchemaObject, schema: SchemaObject): readonly AnySchema[] {
  return IN_PLACE.flatMap((keyword) => {
    const operand = schema[keyword]
    if (operand === undefined) return []
    const target = keyword === '$ref' ? referred(root, operand as string) : undefined
    return keyword === '$ref' ? (target === undefined ? [] : [target]) : schemasIn(operand)
  })
}

/** What a reference may lead to: whatever goes round goes through one of these. */
function definitions(root: SchemaObject): readonly AnySchema[] {
  return ['$defs', 'definitions'].flatMap((table) => {
    const named = root[table]
    return isObject(named) ? (Object.values(named) as AnySchema[]) : []
  })
}
