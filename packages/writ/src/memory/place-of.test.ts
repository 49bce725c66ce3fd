import { type OutlineEntry, type PlaceKind, type PlaceMarks, placeInWords } from '@writ/contract'
import { expect, it } from 'vitest'
import { placeOf } from './place-of.ts'

function marks(kind: PlaceKind, names: readonly string[], numbers: readonly number[]): PlaceMarks {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [at, number] of numbers.entries()) bytes.writeUInt32LE(number, at * 4)
  return { kind, names, marks: bytes.toString('base64') }
}

function words(
  places: PlaceMarks,
  text: string,
  [start, end]: readonly [number, number],
  outline: readonly OutlineEntry[] = [],
): string {
  const read = (from: number, to: number): Buffer => Buffer.from(text).subarray(from, to)
  const place = placeOf({ places, outline, read }, start, end)
  return place === undefined ? 'nowhere' : placeInWords(place)
}

it('is a page and the box of the lines, or several pages', () => {
  const places = marks('page', [], [0, 1, 72, 720, 100, 12, 10, 1, 72, 706, 150, 12, 20, 2, 72, 720, 90, 12])
  const read = (): Buffer => Buffer.alloc(0)
  expect(placeOf({ places, outline: [], read }, 2, 15)).toEqual({
    kind: 'page',
    page: 1,
    box: [72, 706, 150, 26],
  })
  expect(placeOf({ places, outline: [], read }, 20, 22)).toMatchObject({ page: 2, box: [72, 720, 90, 12] })
  expect(words(places, '', [15, 22])).toBe('pages 1 to 2')
})

it('is a paragraph under its innermost heading', () => {
  const outline = [
    { kind: 'heading', title: 'Lease', depth: 1, start: 0, end: 30 },
    { kind: 'heading', title: 'Ending', depth: 2, start: 10, end: 30 },
  ] as const
  const places = marks('paragraph', [], [0, 5, 10, 20])
  expect(words(places, '', [6, 8], outline)).toBe('paragraph 2 under “Lease”')
  expect(words(places, '', [12, 25], outline)).toBe('paragraphs 3 to 4 under “Ending”')
})

it('is cells, which tabs part from the first of the row on', () => {
  const text = 'Sheet A\nx\tyy\tz\n1\t2\t3\n'
  const places = marks('cells', ['A'], [0, 0, 0, 0, 8, 0, 2, 26, 15, 0, 3, 26])
  expect(words(places, text, [10, 12])).toBe('sheet A, cell AA2')
  expect(words(places, text, [8, 14])).toBe('sheet A, cells Z2 to AB2')
  expect(words(places, text, [8, 18])).toBe('sheet A, cells Z2 to AA3')
  expect(words(places, text, [0, 5])).toBe('sheet A')
})

it('is a part of a message, and nowhere in front of the first mark', () => {
  const places = marks('part', ['headers of the message', 'body of the message'], [2, 0, 9, 1])
  expect(words(places, '', [10, 12])).toBe('body of the message')
  expect(words(places, '', [0, 1])).toBe('nowhere')
})
