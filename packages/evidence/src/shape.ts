// Shapes of untrusted values: what a decoded file has to look like before anything reads it. Exact: no key may lack
// and none may be extra.

/** Where a value does not have its shape (a JSON pointer) and what belongs there. */
export interface Misfit {
  readonly at: string
  readonly expected: string
}

/** A key as JSON pointers write it (RFC 6901). */
export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

export interface Shape<T> {
  /** Whether the value has the shape. */
  readonly accepts: (value: unknown) => boolean
  /** The first place where it has not; null exactly when `accepts`. */
  misfit(value: unknown, at: string): Misfit | null
  /** Never set: ties the shape to its type, so that the compiler keeps both equal. */
  readonly holds?: T
}

/** The value, once it has the shape; otherwise ends with what `refused` throws. */
export function shaped<T>(shape: Shape<T>, value: unknown, refused: (misfit: Misfit) => never): T {
  const misfit = shape.accepts(value) ? null : shape.misfit(value, '')
  return misfit === null ? (value as T) : refused(misfit)
}

export function where<T>(expected: string, test: (value: unknown) => boolean): Shape<T> {
  return { accepts: test, misfit: (value, at) => (test(value) ? null : { at, expected }) }
}

export function matching(expected: string, pattern: RegExp): Shape<string> {
  return where(expected, (value) => typeof value === 'string' && pattern.test(value))
}

export const text: Shape<string> = where('a string', (value) => typeof value === 'string')
export const flag: Shape<boolean> = where('true or false', (value) => typeof value === 'boolean')
export const count: Shape<number> = where(
  'a non-negative integer',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)
/** A SHA-256 digest, HMAC tag or root. */
export const digest: Shape<string> = matching('64 lower-case hexadecimal digits', /^[0-9a-f]{64}$/)
/** The one text form of a time: UTC with milliseconds. */
export const time: Shape<string> = where('a UTC time with milliseconds (ISO 8601)', isTime)

function isTime(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false
  const date = new Date(value)
  return !Number.isNaN(date.getTime()) && date.toISOString() === value
}

export function literal<const T extends string | number>(only: T): Shape<T> {
  return where(JSON.stringify(only), (value) => value === only)
}

export function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(values)
  return where(`one of ${values.join(', ')}`, (value) => known.has(value))
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    accepts: (value) => value === null || shape.accepts(value),
    misfit: (value, at) => (value === null ? null : shape.misfit(value, at)),
  }
}

/** A key that may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return {
    accepts: (value) => value === undefined || shape.accepts(value),
    misfit: (value, at) => (value === undefined ? null : shape.misfit(value, at)),
  }
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return {
    accepts: (value) => Array.isArray(value) && value.every(shape.accepts),
    misfit(value, at) {
      if (!Array.isArray(value)) return { at, expected: 'an array' }
      return first(value.map((item, i) => [shape, item, `${at}/${i}`]))
    },
  }
}

/** An object with any keys, every value of one shape. */
export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    accepts: (value) => isObject(value) && Object.values(value).every(shape.accepts),
    misfit(value, at) {
      if (!isObject(value)) return { at, expected: 'an object' }
      return first(Object.entries(value).map(([key, item]) => [shape, item, `${at}/${pointerToken(key)}`]))
    },
  }
}

/** An object with exactly these keys. */
export function object<T>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes: readonly [string, Shape<unknown>][] = Object.entries(fields)
  return {
    accepts: (value) => {
      if (!isObject(value)) return false
      let known = 0
      for (const [key, shape] of shapes) {
        const present = Object.hasOwn(value, key)
        if (present) known += 1
        if (!shape.accepts(present ? value[key] : undefined)) return false
      }
      return Object.keys(value).length === known
    },
    misfit(value, at) {
      if (!isObject(value)) return { at, expected: 'an object' }
      const extra = Object.keys(value).find((key) => !Object.hasOwn(fields, key))
      if (extra !== undefined) return { at: `${at}/${pointerToken(extra)}`, expected: 'nothing' }
      return first(
        shapes.map(([key, shape]) => [
          shape,
          Object.hasOwn(value, key) ? value[key] : undefined,
          `${at}/${key}`,
        ]),
      )
    },
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function first(parts: readonly (readonly [Shape<unknown>, unknown, string])[]): Misfit | null {
  for (const [shape, value, at] of parts) {
    const misfit = shape.misfit(value, at)
    if (misfit !== null) return misfit
  }
  return null
}
