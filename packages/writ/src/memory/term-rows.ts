import type { Fts5Lists, TokenList } from './fts5-lists.ts'
import { PageBytes } from './page-bytes.ts'

/** In which rows a term is, ascending, and what it weighs in each: how often it is in each column, times the weight of that. */
export interface TermRows {
  readonly rows: Int32Array
  readonly weights: Int32Array
}

/** A word in the name of a file counts like four in its text, one in its title like two more: titles are text, too. */
const COLUMN_WEIGHTS: readonly number[] = [1, 4, 2]

/** Positions in a later column are this much higher. No passage has as many words. */
const COLUMN = 2 ** 24

/** The rows that hold all tokens of a term, one right after another in one column. */
export function termRows(lists: Fts5Lists, tokens: readonly string[]): TermRows {
  const [only, another] = tokens
  if (only === undefined) return { rows: NONE, weights: NONE }
  if (another === undefined) return oneToken(lists.lists(only))
  return phrase(tokens.map((token) => positionsOf(lists.lists(token))))
}

const NONE = new Int32Array(0)

/** Room for what is read, used again and again. */
let held = { rows: NONE, weights: NONE }

/** One loop reads all of the list, as it may have hundreds of thousands of rows. */
function oneToken(lists: readonly TokenList[]): TermRows {
  // A row takes two bytes at least.
  const most = lists.reduce((sum, { bytes }) => sum + (bytes.length >> 1), 0)
  if (held.rows.length < most) held = { rows: new Int32Array(2 * most), weights: new Int32Array(2 * most) }
  const { rows, weights } = held
  const ofText = COLUMN_WEIGHTS[0] ?? 0
  let many = 0
  let row = 0
  for (const { bytes, whole } of lists) {
    let next = 0
    let absolute = 0
    for (let at = 0; at < bytes.length; ) {
      const from = at
      let value = 0
      let byte = 0
      do {
        byte = bytes[at] ?? 0
        at += 1
        value = (value << 7) | (byte & 0x7f)
      } while (byte > 0x7f)
      const before = row
      if (from === absolute) {
        row = value
        absolute = whole[next] ?? -1
        next += 1
      } else row += value
      if (row <= before) throw new Error('the rows of a list are not in order')
      let size = 0
      do {
        byte = bytes[at] ?? 0
        at += 1
        size = (size << 7) | (byte & 0x7f)
      } while (byte > 0x7f)
      const end = at + endOf(size)
      let weight = ofText
      let sum = 0
      for (; at < end; at += 1) {
        if (bytes[at] === 1) {
          at += 1
          weight = COLUMN_WEIGHTS[bytes[at] ?? 0] ?? 0
          continue
        }
        while ((bytes[at] ?? 0) > 0x7f) at += 1
        sum += weight
      }
      if (end > bytes.length) throw new Error('the index ends inside of a list')
      rows[many] = row
      weights[many] = sum
      many += 1
    }
  }
  return { rows: rows.slice(0, many), weights: weights.slice(0, many) }
}

/** Bytes of the positions of a row, from what is written in front of them. The lowest bit says that the row was deleted. */
function endOf(size: number): number {
  if ((size & 1) === 1) throw new Error('the index had something deleted from it')
  return size >>> 1
}

/** The rows of a token, and where the positions in each of them are. */
interface Positions {
  readonly rows: readonly number[]
  readonly bytes: readonly Uint8Array[]
}

function positionsOf(lists: readonly TokenList[]): Positions {
  const rows: number[] = []
  const bytes: Uint8Array[] = []
  let row = 0
  for (const list of lists) {
    const page = new PageBytes(list.bytes)
    const whole = new Set([0, ...list.whole])
    while (page.at < list.bytes.length) {
      row = whole.has(page.at) ? page.next() : row + page.next()
      const size = endOf(page.next())
      rows.push(row)
      bytes.push(list.bytes.subarray(page.at, page.at + size))
      page.at += size
    }
  }
  return { rows, bytes }
}

/** Goes along the list of the rarest token; the others are searched for its rows. */
function phrase(tokens: readonly Positions[]): TermRows {
  const rarest = tokens.reduce((least, token) => (token.rows.length < least.rows.length ? token : least))
  const rows: number[] = []
  const weights: number[] = []
  const next = tokens.map(() => 0)
  for (const row of rarest.rows) {
    const places = tokens.map(({ rows: all }, nth) => {
      const at = firstFrom(all, row, next[nth] ?? 0)
      next[nth] = at
      return all[at] === row ? at : -1
    })
    if (places.includes(-1)) continue
    const weight = weightOfPhrase(tokens.map(({ bytes }, nth) => positionsIn(bytes[places[nth] ?? 0])))
    if (weight === 0) continue
    rows.push(row)
    weights.push(weight)
  }
  return { rows: Int32Array.from(rows), weights: Int32Array.from(weights) }
}

/** The place of the first row that is not before another, from a place on: steps that double, then halves. */
function firstFrom(rows: readonly number[], row: number, from: number): number {
  let step = 1
  let low = from
  while (low + step < rows.length && (rows[low + step] ?? 0) < row) {
    low += step
    step *= 2
  }
  let high = Math.min(rows.length, low + step + 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] ?? 0) < row) low = middle + 1
    else high = middle
  }
  return low
}

/** Positions in all columns, ascending. */
function positionsIn(bytes: Uint8Array | undefined): number[] {
  if (bytes === undefined) return []
  const page = new PageBytes(bytes)
  const found: number[] = []
  let position = 0
  while (page.at < bytes.length) {
    const value = page.next()
    if (value === 1) position = page.next() * COLUMN
    else {
      position += value - 2
      found.push(position)
    }
  }
  return found
}

function weightOfPhrase(tokens: readonly (readonly number[])[]): number {
  const [first = [], ...others] = tokens
  const sets = others.map((some) => new Set(some))
  let sum = 0
  for (const position of first)
    if (sets.every((set, nth) => set.has(position + nth + 1)))
      sum += COLUMN_WEIGHTS[Math.floor(position / COLUMN)] ?? 0
  return sum
}
