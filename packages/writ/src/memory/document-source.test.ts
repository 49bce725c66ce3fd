import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { CODECS } from './codec.ts'
import { type Fed, fileFeed, isRefusal, textFeed } from './document-source.ts'
import { MAX_DOCUMENT_BYTES, PIECE_BYTES } from './limits.ts'

const directory = mkdtempSync(join(tmpdir(), 'writ-source-'))
afterAll(() => rmSync(directory, { recursive: true }))

interface Outcome {
  readonly refusal: string | undefined
  readonly fed: Fed
  readonly taken: Buffer
  readonly pieces: readonly Buffer[]
}

function feed(bytes: Uint8Array): Outcome {
  const path = join(directory, 'file')
  writeFileSync(path, bytes)
  const pieces: Buffer[] = []
  const outcome = fileFeed(path)((piece) => pieces.push(Buffer.from(piece)))
  const taken = Buffer.concat(pieces)
  return isRefusal(outcome)
    ? { refusal: outcome.code, fed: {}, taken, pieces }
    : { refusal: undefined, fed: outcome, taken, pieces }
}

const encodingOf = (bytes: Uint8Array): string | undefined => feed(bytes).fed.original?.encoding

/** Bytes long enough for two pieces, with `middle` across the seam at every alignment. */
function acrossSeam(middle: Uint8Array, shift: number): Buffer {
  return Buffer.concat([Buffer.alloc(PIECE_BYTES - shift, 'a'), middle, Buffer.from('end')])
}

describe('the bytes of a file', () => {
  it('arrive whole, in pieces that end at character boundaries', () => {
    const wide = Buffer.from('é漢😀')
    for (let shift = 0; shift <= wide.length + 1; shift += 1) {
      const bytes = acrossSeam(wide, shift)
      const { refusal, taken, pieces } = feed(bytes)
      expect(refusal).toBeUndefined()
      expect(taken.equals(bytes)).toBe(true)
      for (const piece of pieces) expect(Buffer.from(piece.toString()).equals(piece)).toBe(true)
    }
  })

  it('are refused when they are damaged UTF-8, at the seam and at the end too', () => {
    const damaged = (rest: readonly number[]) => Buffer.from([...Buffer.from('Größe und Länge'), ...rest])
    for (let shift = 0; shift <= 16; shift += 1) {
      expect(feed(acrossSeam(damaged([0xe6, 0xbc]), shift)).refusal).toBe('undecodable')
    }
    expect(feed(damaged([0xf0, 0x9f, 0x98])).refusal).toBe('undecodable')
    expect(feed(damaged([0xed, 0xa0, 0x80])).refusal).toBe('undecodable')
  })

  it('are taken as they are exactly when they are UTF-8 without NUL', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { refusal, fed, taken } = feed(bytes)
        const plain = !bytes.includes(0) && Buffer.from(Buffer.from(bytes).toString()).equals(bytes)
        expect(refusal === undefined && fed.original === undefined).toBe(plain)
        if (plain) expect(taken.equals(bytes)).toBe(true)
      }),
    )
  })

  it('are binary when a NUL comes late', () => {
    expect(feed(Buffer.concat([Buffer.alloc(3 * PIECE_BYTES, 'x'), Buffer.from([0])])).refusal).toBe('binary')
  })

  it('are refused unread when there are too many', () => {
    const path = join(directory, 'huge')
    writeFileSync(path, '')
    truncateSync(path, MAX_DOCUMENT_BYTES + 1)
    expect(fileFeed(path)(() => expect.unreachable())).toMatchObject({ code: 'too-large' })
    rmSync(path)
  })

  it('may be none', () => {
    expect(feed(Buffer.alloc(0)).refusal).toBeUndefined()
  })

  it('cannot be read from a place that is no file', () => {
    for (const path of [directory, join(directory, 'missing'), '/dev/zero'])
      expect(fileFeed(path)(() => {})).toMatchObject({ code: 'unreadable' })
  })
})

describe('a file that is written while it is read', () => {
  it('is refused, whether it grew or its bytes are others', () => {
    const path = join(directory, 'written')
    writeFileSync(path, 'as it was\n')
    expect(fileFeed(path)(() => appendFileSync(path, 'more'))).toMatchObject({ code: 'changing' })
    expect(fileFeed(path)(() => writeFileSync(path, 'as it is.\nmore'))).toMatchObject({ code: 'changing' })
    expect(isRefusal(fileFeed(path)(() => {}))).toBe(false)
  })
})

describe('a file that is not UTF-8', () => {
  const german = 'Die Kündigungsfrist beträgt dreißig Tage – „ohne“ Rücksicht auf 5 €.\r\n'.repeat(5)
  const windows = CODECS['windows-1252'].encode(Buffer.from(german))
  const utf16 = Buffer.from(german, 'utf16le')
  const swapped = Buffer.from(utf16).swap16()

  it.each([
    ['windows-1252', windows, german],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), `\uFEFF${german}`],
    ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]), `\uFEFF${german}`],
    ['utf-16le', utf16, german],
    ['utf-16be', swapped, german],
  ])('is decoded from %s', (encoding, bytes, text) => {
    const { fed, taken } = feed(bytes)
    expect(fed.original).toMatchObject({ encoding, bytes: bytes.length })
    expect(taken.toString()).toBe(text)
  })

  it('is decoded wherever a piece ends', () => {
    for (let shift = 0; shift <= 3; shift += 1) {
      const text = `${'ab'.repeat(PIECE_BYTES / 4)}${'x'.repeat(shift)}😀 und ü`
      expect(feed(Buffer.from(`\uFEFF${text}`, 'utf16le')).taken.toString()).toBe(`\uFEFF${text}`)
      expect(feed(acrossSeam(Buffer.from([0xfc, 0xdf, 0xe9]), shift)).taken.toString()).toContain('üßéend')
    }
  })

  it('is refused when it only looks like text for a while', () => {
    const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), utf16, Buffer.from([0, 0xd8, 0x20, 0])])
    expect(feed(marked).refusal).toBe('undecodable')
    const late = Buffer.concat([windows, Buffer.alloc(PIECE_BYTES, 'x'), Buffer.from([0x07])])
    expect(feed(late).refusal).toBe('undecodable')
  })

  it('is not guessed at', () => {
    expect(encodingOf(Buffer.from('漢字', 'utf16le'))).toBeUndefined()
    expect(encodingOf(Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]))).toBeUndefined() // Windows-1251
    expect(encodingOf(Buffer.from([0x61, 0x81, 0x62, 0x63, 0x64]))).toBeUndefined()
    expect(feed(Buffer.from([1, 0, 2, 0, 3, 0, 4, 0])).refusal).toBe('binary')
  })
})

describe('a codec', () => {
  it.each(['windows-1252', 'utf-16le', 'utf-16be'] as const)(
    'of %s gives back the bytes it decoded',
    (name) => {
      const codec = CODECS[name]
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (given) => {
          const bytes = Buffer.from(given)
          const text = codec.decode(bytes)
          if (text === undefined) return
          expect(codec.encode(text).equals(bytes)).toBe(true)
          const letters = Array.from(text.toString())
          const sizes = letters.map((letter) => codec.size(Buffer.from(letter)[0] ?? 0))
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes.length)
        }),
        { numRuns: 2000 },
      )
    },
  )
})

describe('a text', () => {
  it('is its UTF-8 bytes, a BOM included', () => {
    const pieces: Buffer[] = []
    expect(textFeed('\uFEFFé')((piece) => pieces.push(piece))).toEqual({})
    expect(Buffer.concat(pieces).toString('hex')).toBe('efbbbfc3a9')
    expect(textFeed('a\0b')(() => {})).toMatchObject({ code: 'binary' })
  })
})
