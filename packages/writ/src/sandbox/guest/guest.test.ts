import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

// The prelude's modules that only compute run in any engine, so their laws are checked here; the rest runs in VMs.

interface Codecs {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
  readonly TextDecoder: new (
    label?: string,
    options?: { fatal?: boolean },
  ) => { decode(bytes: Uint8Array): string }
}
const load = async (name: string): Promise<unknown> => import(new URL(name, import.meta.url).href)
const isCodecs = (module: unknown): module is Codecs => typeof module === 'object' && module !== null

const codecs = await load('./text-codecs.js')
if (!isCodecs(codecs)) throw new Error('text-codecs.js exports nothing')

describe('text codecs of the guest', () => {
  it('encode and decode as the platform does', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          units.map((all) => String.fromCharCode(...all)),
        ),
        (text) => {
          expect([...new codecs.TextEncoder().encode(text)]).toEqual([...new TextEncoder().encode(text)])
        },
      ),
    )
  })

  it('decode any bytes as the platform does', () => {
    const lead = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
      0x9f,
      0xa0,
      0xbb,
    )
    const bytes = fc.array(fc.oneof(lead, fc.integer({ min: 0, max: 255 })), { maxLength: 12 })
    fc.assert(
      fc.property(bytes, (values) => {
        const input = Uint8Array.from(values)
        expect(new codecs.TextDecoder().decode(input)).toBe(new TextDecoder().decode(input))
      }),
      { numRuns: 1_000 },
    )
  })

  it('refuse malformed bytes when fatal', () => {
    expect(() => new codecs.TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xff))).toThrow(
      'UTF-8',
    )
  })
})
