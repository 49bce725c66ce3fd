import type { TokenList } from './fts5-lists.ts'
import { PageBytes } from './page-bytes.ts'

/** In which rows a term is, ascending, and what it weighs in each: how often it is in each column, times the weight of that. */
export interface TermRows {
  readonly rows: Int32Array
  readonly weights: Int32Array
}

/** A word in the name of a file counts like four in its text, one in its title like two more: titles are text, too. */
export const COLUMN_WEIGHTS: readonly number[] = [1, 4, 2]

/** Positions in a later column are this much higher. No passage has as many words. */
const COLUMN = 2 ** 24

/** Bytes of the positions of a row, from what is written in front of them. The lowest bit says that the row was deleted. */
function endOf(size: number): number {
  if ((size & 1) === 1 || size === 0) throw new Error('the index had something deleted from it')
  return size >>> 1
}

/** Told of a row, and where in some bytes its positions are. */
type Visit = (row: number, bytes: Uint8Array, from: number, to: number) => void

function eachRow(lists: readonly TokenList[], visit: Visit): void {
  for (const { bytes, whole } of lists) {
    const page = new PageBytes(bytes)
    const absolute = new Set([0, ...whole])
    let row = 0
    while (page.at < bytes.length) {
      row = absolute.has(page.at) ? page.next() : row + page.next()
      const size = endOf(page.next())
      visit(row, bytes, page.at, page.at + size)
      page.at += size
    }
  }
}

/**
 * The rows that hold all tokens of a term, one right after another in one column. Takes the places of the rarest token, and
 * leaves those that every other token follows as it has to.
 */
export function phraseRows(tokens: readonly (readonly TokenList[])[]): TermRows {
  const lengths = tokens.map((lists) => lists.reduce((sum, { bytes }) => sum + bytes.length, 0))
  const rarest = lengths.indexOf(Math.min(...lengths))
  /** By row, where the phrase may begin. */
  let begins = new Map<number, readonly number[]>()
  eachRow(tokens[rarest] ?? [], (row, bytes, from, to) => {
    const places = positions(bytes, from, to)
    begins.set(
      row,
      places.map((place) => place - rarest),
    )
  })
  for (const [nth, lists] of tokens.entries()) {
    if (nth === rarest || begins.size === 0) continue
    const left = new Map<number, readonly number[]>()
    eachRow(lists, (row, bytes, from, to) => {
      const before = begins.get(row)
      if (before === undefined) return
      const here = new Set(positions(bytes, from, to))
      const both = before.filter((begin) => here.has(begin + nth))
      if (both.length > 0) left.set(row, both)
    })
    begins = left
  }
  const weightOf = (places: readonly number[]): number =>
    places.reduce((sum, place) => sum + (COLUMN_WEIGHTS[Math.floor(place / COLUMN)] ?? 0), 0)
  return {
    rows: Int32Array.from(begins.keys()),
    weights: Int32Array.from(begins.values(), weightOf),
  }
}

/** Positions in all columns, ascending. */
function positions(bytes: Uint8Array, from: number, to: number): number[] {
  const page = new PageBytes(bytes)
  page.at = from
  const found: number[] = []
  let position = 0
  while (page.at < to) {
    const value = page.next()
    if (value === 1) position = page.next() * COLUMN
    else {
      position += value - 2
      found.push(position)
    }
  }
  return found
}
