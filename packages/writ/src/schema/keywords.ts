import { isObject, type Json, type JsonObject } from '@writ/contract'
import { hasFormat } from './formats.ts'
import { type AnySchema, type SchemaObject, schemasIn } from './json-schema.ts'
import type { Checking, Keyword } from './keyword.ts'
import { kindOf } from './kind-of.ts'
import type { Place } from './misfit.ts'
import { isMultiple } from './multiple.ts'

const here = (up: Place | null, key: string | number): Place => ({ up, key })

const entries = (value: JsonObject): readonly [string, Json][] =>
  Object.entries(value).map(([name, item]) => [name, item ?? null])

function isType(name: Json, value: Json): boolean {
  if (name === 'integer') return Number.isInteger(value)
  return name === kindOf(value)
}

/** A keyword about numbers, about texts, and so on. */
function about<T extends Json>(
  is: (value: Json) => value is T,
  holds: (check: Checking, operand: Json, value: T, at: Place | null, schema: SchemaObject) => boolean,
): Keyword {
  return (check, operand, value, at, schema) => !is(value) || holds(check, operand, value, at, schema)
}

const isNumber = (value: Json): value is number => typeof value === 'number'
const isText = (value: Json): value is string => typeof value === 'string'
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isMap = (value: Json): value is JsonObject => isObject(value)

/** A number, or the count of something, held against a bound. */
function bounded<T extends Json>(
  is: (value: Json) => value is T,
  measure: (value: T, check: Checking) => number,
  keeps: (size: number, bound: number) => boolean,
  why: (bound: number) => string,
): Keyword {
  return about(is, (check, bound, value, at) =>
    keeps(measure(value, check), Number(bound)) ? true : check.misfit(at, why(Number(bound))),
  )
}

const itself = (value: number): number => value
const length = (value: readonly Json[]): number => value.length
const members = (value: JsonObject): number => Object.keys(value).length
/** Characters, not units. */
function characters(text: string, check: Checking): number {
  check.spend(text.length / 16)
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)
}
const atLeast = (size: number, bound: number): boolean => size >= bound
const atMost = (size: number, bound: number): boolean => size <= bound

/** The alternatives that a value fits. */
function fitting(check: Checking, operand: Json, value: Json, at: Place | null): number {
  return schemasIn(operand).filter((schema) => check.tries(schema, value, at)).length
}

function anyOf(check: Checking, operand: Json, value: Json, at: Place | null): boolean {
  const alternatives = schemasIn(operand)
  if (alternatives.some((schema) => check.tries(schema, value, at))) return true
  // Where but one alternative is about this kind of value, what is wrong with it says most.
  const [near, ...others] = alternatives.filter((schema) => isNear(schema, value))
  if (near !== undefined && others.length === 0) return check.fits(near, value, at)
  return check.misfit(at, `fits none of the ${alternatives.length} alternatives that are allowed`)
}

function isNear(schema: AnySchema, value: Json): boolean {
  if (typeof schema === 'boolean') return schema
  return schema.type === undefined || schemasIn(schema.type).some((name) => isType(name as Json, value))
}

function additional(
  check: Checking,
  operand: Json,
  value: JsonObject,
  at: Place | null,
  schema: SchemaObject,
): boolean {
  const { properties, patternProperties } = schema
  const named = isObject(properties) ? properties : {}
  const patterns = Object.keys(isObject(patternProperties) ? patternProperties : {})
  const others = entries(value).filter(
    ([name]) => !Object.hasOwn(named, name) && !patterns.some((pattern) => check.matches(pattern, name)),
  )
  return check.all(others, ([name, item]) => check.fits(operand as AnySchema, item, here(at, name)))
}

function contains(
  check: Checking,
  operand: Json,
  value: readonly Json[],
  at: Place | null,
  { minContains = 1, maxContains = Infinity }: SchemaObject,
): boolean {
  const found = value.filter((item, index) => check.tries(operand as AnySchema, item, here(at, index))).length
  if (found < Number(minContains))
    return check.misfit(at, `has ${found} of the items it must have ${Number(minContains)} of`)
  if (found > Number(maxContains))
    return check.misfit(at, `has ${found} of the items it may have ${Number(maxContains)} of`)
  return true
}

function unique(check: Checking, operand: Json, value: readonly Json[], at: Place | null): boolean {
  if (operand !== true) return true
  const seen = new Set<string>()
  for (const [index, item] of value.entries()) {
    const text = check.fingerprint(item)
    if (seen.has(text)) return check.misfit(here(at, index), 'is there twice')
    seen.add(text)
  }
  return true
}

/** Characters of an enum that are told. */
const TOLD_CHARS = 150

function inEnum(check: Checking, operand: Json, value: Json, at: Place | null): boolean {
  const allowed = operand as readonly Json[]
  if (check.fingerprints(allowed).has(check.fingerprint(value))) return true
  return notAllowed(check, allowed, at)
}

function isConst(check: Checking, operand: Json, value: Json, at: Place | null): boolean {
  return check.fingerprint(operand) === check.fingerprint(value) || notAllowed(check, [operand], at)
}

function notAllowed(check: Checking, allowed: readonly Json[], at: Place | null): boolean {
  const told = JSON.stringify(allowed)
  const short = told.length > TOLD_CHARS ? `${told.slice(0, TOLD_CHARS)}…` : told
  return check.misfit(at, `must be one of ${short}`)
}

/** What is checked of a value, keyword by keyword. A keyword that is not here asks nothing by itself. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  [
    'type',
    (check, operand, value, at) => {
      const names = schemasIn(operand) as readonly unknown[] as readonly string[]
      if (names.some((name) => isType(name, value))) return true
      return check.misfit(at, `must be of type ${names.join(' or ')}, and is ${kindOf(value)}`)
    },
  ],
  ['enum', inEnum],
  ['const', isConst],
  ['$ref', (check, operand, value, at) => check.refers(operand as string, value, at)],
  [
    'allOf',
    (check, operand, value, at) => check.all(schemasIn(operand), (schema) => check.fits(schema, value, at)),
  ],
  ['anyOf', anyOf],
  [
    'oneOf',
    (check, operand, value, at) => {
      const count = fitting(check, operand, value, at)
      if (count === 0) return anyOf(check, operand, value, at)
      return count === 1 ? true : check.misfit(at, `fits ${count} alternatives where one is allowed`)
    },
  ],
  [
    'not',
    (check, operand, value, at) =>
      check.tries(operand as AnySchema, value, at) ? check.misfit(at, 'is what it must not be') : true,
  ],
  [
    'if',
    (check, operand, value, at, { then = true, else: otherwise = true }) =>
      check.fits((check.tries(operand as AnySchema, value, at) ? then : otherwise) as AnySchema, value, at),
  ],
  [
    'properties',
    about(isMap, (check, operand, value, at) =>
      check.all(Object.entries(operand as JsonObject), ([name, schema]) => {
        const item = Object.hasOwn(value, name) ? value[name] : undefined
        return item === undefined || check.fits(schema as AnySchema, item, here(at, name))
      }),
    ),
  ],
  [
    'patternProperties',
    about(isMap, (check, operand, value, at) =>
      check.all(Object.entries(operand as JsonObject), ([pattern, schema]) =>
        check.all(
          entries(value).filter(([name]) => check.matches(pattern, name)),
          ([name, item]) => check.fits(schema as AnySchema, item, here(at, name)),
        ),
      ),
    ),
  ],
  ['additionalProperties', about(isMap, additional)],
  [
    'propertyNames',
    about(isMap, (check, operand, value, at) =>
      check.all(Object.keys(value), (name) =>
        check.tries(operand as AnySchema, name, at)
          ? true
          : check.misfit(here(at, name), 'has a name that is not allowed'),
      ),
    ),
  ],
  [
    'required',
    about(isMap, (check, operand, value, at) =>
      check.all(operand as readonly string[], (name) =>
        Object.hasOwn(value, name) ? true : check.misfit(at, `lacks ${JSON.stringify(name)}`),
      ),
    ),
  ],
  [
    'dependentRequired',
    about(isMap, (check, operand, value, at) =>
      check.all(
        Object.entries(operand as Readonly<Record<string, readonly string[]>>).filter(([name]) =>
          Object.hasOwn(value, name),
        ),
        ([name, needed]) =>
          check.all(needed, (other) =>
            Object.hasOwn(value, other)
              ? true
              : check.misfit(at, `has ${JSON.stringify(name)} and lacks ${JSON.stringify(other)}`),
          ),
      ),
    ),
  ],
  ['minProperties', bounded(isMap, members, atLeast, (n) => `must have at least ${n} members`)],
  ['maxProperties', bounded(isMap, members, atMost, (n) => `may have at most ${n} members`)],
  [
    'prefixItems',
    about(isList, (check, operand, value, at) =>
      check.all([...schemasIn(operand).entries()].slice(0, value.length), ([index, schema]) =>
        check.fits(schema, value[index] ?? null, here(at, index)),
      ),
    ),
  ],
  [
    'items',
    about(isList, (check, operand, value, at, { prefixItems }) => {
      const first = Array.isArray(prefixItems) ? prefixItems.length : 0
      return check.all([...value.entries()].slice(first), ([index, item]) =>
        check.fits(operand as AnySchema, item, here(at, index)),
      )
    }),
  ],
  ['contains', about(isList, contains)],
  ['minItems', bounded(isList, length, atLeast, (n) => `must have at least ${n} items`)],
  ['maxItems', bounded(isList, length, atMost, (n) => `may have at most ${n} items`)],
  ['uniqueItems', about(isList, unique)],
  ['minimum', bounded(isNumber, itself, atLeast, (n) => `must be at least ${n}`)],
  ['maximum', bounded(isNumber, itself, atMost, (n) => `may be at most ${n}`)],
  [
    'exclusiveMinimum',
    bounded(
      isNumber,
      itself,
      (x, n) => x > n,
      (n) => `must be more than ${n}`,
    ),
  ],
  [
    'exclusiveMaximum',
    bounded(
      isNumber,
      itself,
      (x, n) => x < n,
      (n) => `must be less than ${n}`,
    ),
  ],
  ['multipleOf', bounded(isNumber, itself, isMultiple, (n) => `must be a multiple of ${n}`)],
  ['minLength', bounded(isText, characters, atLeast, (n) => `must have at least ${n} characters`)],
  ['maxLength', bounded(isText, characters, atMost, (n) => `may have at most ${n} characters`)],
  [
    'pattern',
    about(isText, (check, operand, value, at) =>
      check.matches(operand as string, value) ? true : check.misfit(at, `must match ${operand as string}`),
    ),
  ],
  [
    'format',
    about(isText, (check, operand, value, at) =>
      hasFormat(value, operand as string) ? true : check.misfit(at, `is no ${operand as string}`),
    ),
  ],
])
