import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableLine } from './printable.ts'

const OBEYED = [
  ...Array.from({ length: 0x20 }, (_, at) => at),
  ...Array.from({ length: 0x21 }, (_, at) => 0x7f + at),
  0x61c,
  0x200e,
  0x200f,
  0x202a,
  0x202b,
  0x202c,
  0x202d,
  0x202e,
  0x2066,
  0x2067,
  0x2068,
  0x2069,
].map((code) => String.fromCharCode(code))

describe('what is printed', () => {
  it('shows escape sequences and reordering as text', () => {
    expect(printableLine('a\u001b[2Jb\u009b1m\u001b]0;t\u0007\u202ec\n')).toBe(
      'a\\u001b[2Jb\\u009b1m\\u001b]0;t\\u0007\\u202ec\\u000a',
    )
    expect(printable('a\r\n\tb\rc\u200f')).toBe('a\n\tb\\u000dc\\u200f')
    expect(printable('Übergröße “日本” 👩‍🚀 │└─')).toBe('Übergröße “日本” 👩‍🚀 │└─')
  })

  it('holds nothing a terminal obeys', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...OBEYED), fc.string({ unit: 'binary' })))
      .map((p) => p.join(''))
    fc.assert(
      fc.property(text, (given) => {
        expect(OBEYED.filter((control) => printableLine(given).includes(control))).toEqual([])
        const left = OBEYED.filter((control) => printable(given).includes(control))
        expect(left.filter((control) => control !== '\n' && control !== '\t')).toEqual([])
      }),
    )
  })
})
