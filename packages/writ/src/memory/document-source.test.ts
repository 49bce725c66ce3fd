import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { fileFeed, textFeed } from './document-source.ts'
import { MAX_DOCUMENT_BYTES, PIECE_BYTES } from './limits.ts'

const directory = mkdtempSync(join(tmpdir(), 'writ-source-'))
afterAll(() => rmSync(directory, { recursive: true }))

function feed(bytes: Uint8Array): { refusal: string | undefined; taken: Buffer; pieces: Buffer[] } {
  const path = join(directory, 'file')
  writeFileSync(path, bytes)
  const pieces: Buffer[] = []
  const refusal = fileFeed(path)((piece) => pieces.push(Buffer.from(piece)))
  return { refusal, taken: Buffer.concat(pieces), pieces }
}

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

  it('are refused as undecodable when any of them is no UTF-8, at the seam and at the end too', () => {
    for (let shift = 0; shift <= 4; shift += 1) {
      expect(feed(acrossSeam(Buffer.from([0xe6, 0xbc]), shift)).refusal).toBe('undecodable')
      expect(feed(acrossSeam(Buffer.from([0xff]), shift)).refusal).toBe('undecodable')
    }
    expect(feed(Buffer.from([0x61, 0xf0, 0x9f, 0x98])).refusal).toBe('undecodable')
    expect(feed(Buffer.from([0xed, 0xa0, 0x80])).refusal).toBe('undecodable')
  })

  it('are text exactly when they decode and hold no NUL', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { refusal, taken } = feed(bytes)
        const decodes = Buffer.from(Buffer.from(bytes).toString()).equals(bytes)
        const expected = bytes.includes(0) ? 'binary' : decodes ? undefined : 'undecodable'
        expect(refusal).toBe(expected)
        if (expected === undefined) expect(taken.equals(bytes)).toBe(true)
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
    expect(fileFeed(path)(() => expect.unreachable())).toBe('too-large')
    rmSync(path)
  })

  it('may be none', () => {
    expect(feed(Buffer.alloc(0)).refusal).toBeUndefined()
  })

  it('cannot be read from a place that is no file', () => {
    expect(fileFeed(directory)(() => {})).toBe('unreadable')
    expect(fileFeed(join(directory, 'missing'))(() => {})).toBe('unreadable')
    expect(fileFeed('/dev/zero')(() => {})).toBe('unreadable')
  })
})

describe('a text', () => {
  it('is its UTF-8 bytes, a BOM included', () => {
    const pieces: Buffer[] = []
    expect(textFeed('\uFEFFé')((piece) => pieces.push(piece))).toBeUndefined()
    expect(Buffer.concat(pieces).toString('hex')).toBe('efbbbfc3a9')
    expect(textFeed('a\0b')(() => {})).toBe('binary')
  })
})
