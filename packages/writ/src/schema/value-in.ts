import type { Json } from '@writ/contract'

/** A value that a text holds, or why it holds none. */
export type ValueIn =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly why: string }

/** Bytes of a text that is read as a value: many times what a model may answer. */
const MOST_BYTES: number = 1024 * 1024

/**
 * The one JSON value of a model's reply: the whole of it, or the only fenced block in it. Whole numbers that cannot be held
 * exactly are refused, since they would silently become others.
 */
export function valueIn(text: string): ValueIn {
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_BYTES)
    return { ok: false, why: `it has ${bytes} bytes; at most ${MOST_BYTES} are read as a value` }
  const whole = parsed(text.trim())
  if (whole.ok) return whole
  const blocks = fencedBlocks(text)
  const [only] = blocks
  if (only === undefined) return whole
  return blocks.length === 1 ? parsed(only) : { ok: false, why: `it holds ${blocks.length} fenced blocks` }
}

/** What JSON.parse calls for each value, with the text it was written as; TypeScript does not know of that yet. */
type Reviver = (name: string, item: Json, context: { readonly source?: string }) => Json

function parsed(text: string): ValueIn {
  const inexact: string[] = []
  try {
    const note: Reviver = (_, item, { source }) => {
      if (typeof item === 'number' && source !== undefined && !isHeld(source, item)) inexact.push(source)
      return item
    }
    const value = JSON.parse(text, note as Parameters<JSON['parse']>[1]) as Json
    const [first] = inexact
    return first === undefined
      ? { ok: true, value }
      : { ok: false, why: `the number ${first.slice(0, 40)} cannot be held exactly; give it as a string` }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, why: 'it nests too deep' }
    return { ok: false, why: 'it is no JSON' }
  }
}

/** Whether a number is what was written: whole numbers exactly, others as near as a number comes. */
function isHeld(source: string, value: number): boolean {
  return /^-?\d+$/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value)
}

const FENCE = '```'

/** The fenced blocks of a text. One that is not closed ends with the text. */
function fencedBlocks(text: string): readonly string[] {
  const pieces = text.split(FENCE)
  return pieces
    .filter((_, index) => index % 2 === 1)
    .map((piece) => piece.slice(piece.indexOf('\n') + 1).trim())
}
