import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLibrary } from '../index.ts'
import { PIECE_BYTES } from '../limits.ts'
import { type Workspace, workspace } from '../memory-fixture.ts'
import { readDates } from './read-dates.ts'

let space: Workspace
beforeEach(() => {
  space = workspace()
})
afterEach(() => space.remove())

/** A text whose pieces end in dates, and one of them within a character. */
function longText(): string {
  let text = 'It began on 1 March 2024.\n'
  for (const shift of [0, 4, 11, 12]) {
    const border = PIECE_BYTES * (Math.floor(Buffer.byteLength(text) / PIECE_BYTES) + 1)
    const filling = border - shift - Buffer.byteLength(text)
    text += `${'ü\n'.repeat(Math.floor(filling / 3))}${'-'.repeat(filling % 3)}`
    text = `${text.slice(0, -1)} ${shift + 1} March 2025.\n`
  }
  return `${text}${'ü'.repeat(PIECE_BYTES)}\nÜber all that it ended on 8 or on 9 March 2026, and not on 10 March 2026.\n`
}

it('has each date once, with its bytes, wherever the pieces of its text end', async () => {
  const text = longText()
  const bytes = Buffer.from(text)
  space.write('long.txt', text)
  const library = await openLibrary(space.home)
  try {
    const store = await library.open(space.request())
    const { found } = await store.dates('long.txt', { start: 0, limit: 1_000 })
    expect(found.map((one) => one.text)).toEqual(
      readDates(text).map(({ start, end }) => text.slice(start, end)),
    )
    expect(found).toHaveLength(7)
    for (const { start, end, sentence, text: said } of found) {
      expect(bytes.toString('utf8', start, end)).toBe(said)
      expect(bytes.toString('utf8', sentence.start, sentence.end)).toBe(sentence.text)
    }
    const next = await store.dates('long.txt', { start: found[1]?.end ?? 0, limit: 2 })
    expect(next).toEqual({ found: found.slice(2, 4), truncated: true })
  } finally {
    await library.close()
  }
})
