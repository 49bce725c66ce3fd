import { WritError } from '@writ/contract'
import canonicalize from 'canonicalize'
import { fromUtf8, utf8 } from './encoding.ts'
import { refuse } from './verdict.ts'

/**
 * Containers one inside the other that a file may have. No file of ours comes near it, and deep nesting costs the parser a hundred
 * times what text does.
 */
const MAX_FILE_DEPTH = 64

/**
 * The canonical JSON text of a value (RFC 8785): what a released value is committed to and printed as.
 * Throws `INVALID_ANSWER` for what JSON cannot hold: NaN, infinities, lone surrogates, cycles, functions, undefined.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined
  try {
    text = canonicalize(value)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('INVALID_ANSWER', `The value has no JSON form: ${why}.`, { cause })
  }
  if (text === undefined) throw new WritError('INVALID_ANSWER', `A ${typeof value} has no JSON form.`)
  return text
}

export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value))
}

/**
 * The value of bytes that are canonical JSON. Refuses with `NOT_CANONICAL` bytes that are not exactly what their value
 * encodes to: other key orders, duplicate keys, spaces, other spellings of a number, lone surrogates, bad UTF-8.
 */
export function parseCanonical(bytes: Uint8Array, at: string): unknown {
  return parseCanonicalText(utf8Text(bytes, at), at)
}

/** The same of a file of ours; more containers inside each other than one has are refused before anything is parsed. */
export function parseCanonicalFile(bytes: Uint8Array, at: string): unknown {
  const text = utf8Text(bytes, at)
  if (nestsDeeper(text, MAX_FILE_DEPTH))
    refuse('NOT_CANONICAL', `${at} has more than ${MAX_FILE_DEPTH} containers inside each other.`, at)
  return parseCanonicalText(text, at)
}

function utf8Text(bytes: Uint8Array, at: string): string {
  return fromUtf8(bytes) ?? refuse('NOT_CANONICAL', `${at} is not UTF-8.`, at)
}

/** Whether JSON text opens more containers inside each other than this. Looks at each character once. */
export function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      for (i += 1; i < text.length && text.charCodeAt(i) !== QUOTE; i += 1)
        if (text.charCodeAt(i) === BACKSLASH) i += 1
    } else if (unit === BRACKET || unit === BRACE) {
      depth += 1
      if (depth > limit) return true
    } else if (unit === BRACKET_END || unit === BRACE_END) depth -= 1
  }
  return false
}

const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** The same from the text of the bytes, which has no lone surrogates. */
export function parseCanonicalText(text: string, at: string): unknown {
  const value = parsed(text)
  if (value === undefined || !(isPlainlyCanonical(value, text) || canonicalText(value) === text)) {
    refuse('NOT_CANONICAL', `${at} is not canonical JSON (RFC 8785).`, at)
  }
  return value
}

/** The value of JSON text; undefined, which JSON cannot hold, when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The canonical text of a JSON value; undefined when it has none because of a lone surrogate. */
function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalize(value)
  } catch {
    return undefined
  }
}

/**
 * Finds most canonical text at a fraction of the cost of encoding it anew. JSON.stringify spells numbers and strings
 * as RFC 8785 does, so equal text with sorted keys is canonical, unless an escape stands for half a character. It
 * orders keys that look like indices by number, so what this does not find may be canonical still.
 */
function isPlainlyCanonical(value: unknown, text: string): boolean {
  try {
    return !text.includes('\\ud') && JSON.stringify(value) === text && hasSortedKeys(value)
  } catch {
    return false // nested deeper than the stack
  }
}

function hasSortedKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(hasSortedKeys)
  let last = ''
  for (const [key, item] of Object.entries(value)) {
    if (key < last || !hasSortedKeys(item)) return false
    last = key
  }
  return true
}
