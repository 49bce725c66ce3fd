import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShownText } from './shown-text.ts'

const shown = (characters: number, parts: readonly string[]): string => {
  const text = new ShownText(characters)
  for (const part of parts) text.add(part)
  return String(text)
}

describe('ShownText', () => {
  it('keeps all that fits', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (parts) => {
        const all = parts.join('')
        expect(shown(all.length, parts)).toBe(all)
      }),
    )
  })

  it('keeps head and tail and counts the rest, however the text arrives', () => {
    const ascii = fc.string({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(ascii, { minLength: 2 }), fc.nat(20), (parts, characters) => {
        const all = parts.join('')
        fc.pre(all.length > characters)
        const head = all.slice(0, Math.ceil(characters / 2))
        const tail = all.slice(all.length - Math.floor(characters / 2))
        const omitted = all.length - characters
        expect(shown(characters, parts)).toBe(`${head}\n… [${omitted} characters omitted] …\n${tail}`)
      }),
    )
  })

  it('takes a text of which only the ends are given for the whole', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 30, maxLength: 90 }),
        fc.integer({ min: 1, max: 10 }),
        (all, kept) => {
          const text = new ShownText(kept)
          text.add(all.slice(0, kept), all.length - 2 * kept, all.slice(-kept))
          expect(String(text)).toBe(shown(kept, [all]))
        },
      ),
    )
  })

  it('never cuts a character in two', () => {
    const text = shown(3, ['𝒳𝒳𝒳𝒳'])
    expect(text.isWellFormed()).toBe(true)
    expect(text).toBe('𝒳\n… [6 characters omitted] …\n')
  })

  it('groups the number of omitted characters', () => {
    expect(shown(2, ['a'.repeat(12_347)])).toBe('a\n… [12,345 characters omitted] …\na')
  })
})
