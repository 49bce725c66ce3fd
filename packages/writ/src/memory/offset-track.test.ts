import { expect, it } from 'vitest'
import { OffsetTrack } from './offset-track.ts'

it('turns offsets in a text into those in its file, one after another and back', () => {
  const text = Buffer.from('aé€😀z')
  const track = new OffsetTrack({ encoding: 'utf-16le', bytes: 12, marks: [0, 0] }, text)
  expect([0, 1, 3, 6, 10, 11].map((offset) => track.fileOffset(offset))).toEqual([0, 2, 4, 6, 10, 12])
  expect(track.fileOffset(3)).toBe(4)
})
