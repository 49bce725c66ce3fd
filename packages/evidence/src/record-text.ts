/** Containers one inside the other that a record may have. */
export const MAX_RECORD_DEPTH = 32
/** Keys of an object that are sorted by insertion. */
const MOST_INSERTED = 32
/** Keys that are remembered, and characters of one. */
const MOST_KEYS = 1_000
const MOST_KEY_CHARS = 64

/** What keeps a value out of a record. */
class RecordFault extends Error {}

/** The canonical text of what a record holds; undefined where `recordFault` finds something. */
export function recordText(value: unknown): string | undefined {
  const text = textOrFault(value)
  return typeof text === 'string' ? text : undefined
}

/** What keeps a value out of a record, or null: not I-JSON, a number that is no exact integer, too deep. */
export function recordFault(value: unknown): string | null {
  const text = textOrFault(value)
  return typeof text === 'string' ? null : text.message
}

function textOrFault(value: unknown): string | RecordFault {
  try {
    return textOf(value, 1)
  } catch (error) {
    if (error instanceof RecordFault) return error
    throw error
  }
}

/** The canonical text in one walk: keys in order of their UTF-16 units, and a fault where it has none. */
function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value)
    throw new RecordFault(`the number ${value}, no exact integer`)
  }
  if (typeof value !== 'object') throw new RecordFault(`a value of type ${typeof value}`)
  if (depth > MAX_RECORD_DEPTH)
    throw new RecordFault(`more than ${MAX_RECORD_DEPTH} containers inside each other`)
  let text = ''
  if (Array.isArray(value)) {
    // Holes of an array are items, too.
    for (const item of value) text += text === '' ? textOf(item, depth + 1) : `,${textOf(item, depth + 1)}`
    return `[${text}]`
  }
  if (!isPlain(value)) throw new RecordFault('an object that is no plain one')
  for (const key of inOrder(Object.keys(value))) {
    if (text !== '') text += ','
    text += `${quotedKey(key)}:${textOf(value[key], depth + 1)}`
  }
  return `{${text}}`
}

/** Sorts in place. Records have few keys in an object; `sort` makes arrays of its own and takes twice as long for those. */
function inOrder(keys: string[]): readonly string[] {
  if (keys.length > MOST_INSERTED) return keys.sort()
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at] ?? ''
    let to = at
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1]) {
      keys[to] = before
      to -= 1
    }
    keys[to] = key
  }
  return keys
}

/** Keys as they stand in records: the kinds of records have some hundred. */
const quotedKeys = new Map<string, string>()

function quotedKey(key: string): string {
  const known = quotedKeys.get(key)
  if (known !== undefined) return known
  const text = quoted(key)
  if (quotedKeys.size < MOST_KEYS && key.length < MOST_KEY_CHARS) quotedKeys.set(key, text)
  return text
}

function quoted(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text)
  throw new RecordFault('a string with a lone surrogate')
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
