import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_PASSAGE_BYTES, MIN_PASSAGE_BYTES } from './limits.ts'
import { PassageCutter } from './passage-cutter.ts'

interface Cut {
  readonly start: number
  readonly text: Buffer
}

function cut(pieces: readonly Buffer[]): Cut[] {
  const passages: Cut[] = []
  const cutter = new PassageCutter((start, bytes) => passages.push({ start, text: Buffer.from(bytes) }))
  for (const piece of pieces) cutter.push(piece)
  cutter.end()
  return passages
}

const unit = fc.constantFrom(
  'word ',
  'Sentence. ',
  'line\n',
  'paragraph\n\n',
  'é',
  '漢',
  '😀',
  'x',
  '\r\n\r\n',
)
const text = fc
  .array(
    fc.tuple(unit, fc.integer({ min: 1, max: 1500 })).map(([word, times]) => word.repeat(times)),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

describe('passages', () => {
  it('cover a document exactly, in whole characters, within their size, however it arrives', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 5 }), (original, places) => {
        const bytes = Buffer.from(original)
        const whole = cut([bytes])
        expect(Buffer.concat(whole.map((passage) => passage.text)).equals(bytes)).toBe(true)
        let at = 0
        for (const passage of whole) {
          expect(passage.start).toBe(at)
          expect(passage.text.length).toBeLessThanOrEqual(MAX_PASSAGE_BYTES)
          expect(Buffer.from(passage.text.toString()).equals(passage.text)).toBe(true)
          at += passage.text.length
        }
        const ends = [
          0,
          ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ]
        const pieces = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end))
        expect(cut(pieces)).toEqual(whole)
      }),
      { numRuns: 100 },
    )
  })

  it('end after the best boundary there is', () => {
    const filler = (ending: string): string =>
      `${'a'.repeat(MIN_PASSAGE_BYTES + 500)}${ending}${'b'.repeat(3000)}`
    const length = (ending: string): number => cut([Buffer.from(filler(ending))])[0]?.text.length ?? 0
    expect(length('\n\nc\nd. e f')).toBe(MIN_PASSAGE_BYTES + 502)
    expect(length('c\nd. e f')).toBe(MIN_PASSAGE_BYTES + 502)
    expect(length('d. e f')).toBe(MIN_PASSAGE_BYTES + 503)
    expect(length('e f')).toBe(MIN_PASSAGE_BYTES + 502)
    expect(length('')).toBe(MAX_PASSAGE_BYTES)
  })
})
