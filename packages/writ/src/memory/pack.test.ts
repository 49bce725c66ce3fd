import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { isRefusal, textFeed } from './document-source.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { LineBreaker } from './line-breaker.ts'
import { PackFile } from './pack-file.ts'
import { packRange, textOffset } from './pack-layout.ts'
import { PackWriter } from './pack-writer.ts'

const directory = mkdtempSync(join(tmpdir(), 'writ-pack-'))
afterAll(() => rmSync(directory, { recursive: true }))

let count = 0

function pack(texts: readonly string[]): PackFile {
  const path = join(directory, `${count++}.pack`)
  const writer = new PackWriter(path)
  texts.forEach((text, at) => {
    const id = `doc-${String(at).padStart(4, '0')}`
    if (isRefusal(writer.add(id, textFeed(text)))) throw new Error(`${id} was refused`)
  })
  writer.finish()
  writer.close()
  return new PackFile(path)
}

/** Texts with everything that moves offsets: long lines, wide characters, CRLF, a BOM, no last newline. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('\n', '\r\n', '\uFEFF', 'é', '漢', '😀', ' '),
  fc
    .tuple(fc.constantFrom('a', 'é', '漢', '😀', 'ab '), fc.integer({ min: 1, max: 18_000 }))
    .map(([unit, times]) => unit.repeat(times)),
)
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))

describe('a pack', () => {
  it('gives back every range of every document exactly', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        (texts, cuts) => {
          const file = pack(texts)
          texts.forEach((original, n) => {
            const doc = file.documents[n]
            if (doc === undefined) throw new Error('a document is missing')
            const bytes = Buffer.from(original)
            expect(doc.bytes).toBe(bytes.length)
            expect(file.text(doc, 0, bytes.length).equals(bytes)).toBe(true)
            for (const cut of cuts) {
              const start = cut % (bytes.length + 1)
              const end = start + ((cut >>> 7) % (bytes.length - start + 1))
              expect(file.text(doc, start, end).equals(bytes.subarray(start, end))).toBe(true)
            }
            expect(Buffer.concat([...file.pieces(doc)]).equals(bytes)).toBe(true)
          })
          file.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('maps every offset to the pack and back, around every break too', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const file = pack(texts)
        for (const doc of file.documents) {
          const around = doc.breaks.flatMap((at) => [at - 1, at, at + 1])
          for (const offset of [0, 1, ...around, doc.bytes - 1]) {
            if (offset < 0 || offset >= doc.bytes) continue
            expect(textOffset(doc, packRange(doc, offset, offset + 1).position)).toBe(offset)
          }
          for (const at of doc.breaks) {
            const virtual = packRange(doc, at, at + 1).position - 1
            expect(file.packed(virtual, 1).toString()).toBe('\n')
            expect(textOffset(doc, virtual)).toBe(at)
            expect(file.text(doc, at - 1, at + 1).includes(10)).toBe(false)
            expect(file.text(doc, at - 1, at)).toHaveLength(1)
            expect(file.text(doc, at, at + 1)).toHaveLength(1)
          }
        }
        file.close()
      }),
      { numRuns: 60 },
    )
  })

  it('holds only whole-character lines of bounded length, each document on a new line', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const file = pack(texts)
        let lines = 0
        for (const doc of file.documents) {
          const bytes = file.packed(doc.position, doc.packed)
          const split = bytes.toString().split('\n')
          for (const line of split) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES)
          expect(Buffer.from(bytes.toString()).equals(bytes)).toBe(true)
          expect(doc.packed === 0 || split.at(-1) === '').toBe(true)
          expect(doc.firstLine).toBe(lines)
          expect(doc.lines).toBe(split.length - 1)
          lines += doc.lines
        }
        file.close()
      }),
      { numRuns: 60 },
    )
  })

  it('has the same hash for the same documents and another when ids or boundaries differ', () => {
    const hash = (documents: readonly (readonly [string, string])[]): string => {
      const writer = new PackWriter(join(directory, `${count++}.pack`))
      for (const [id, content] of documents) writer.add(id, textFeed(content))
      const result = writer.finish()
      writer.close()
      return result
    }
    const one = hash([['a', 'x\ny\n']])
    expect(hash([['a', 'x\ny\n']])).toBe(one)
    expect(hash([['b', 'x\ny\n']])).not.toBe(one)
    expect(
      hash([
        ['a', 'x\n'],
        ['b', 'y\n'],
      ]),
    ).not.toBe(one)
  })

  it('keeps no trace of a refused document', () => {
    const writer = new PackWriter(join(directory, 'refused.pack'))
    writer.add('a', textFeed('first'))
    const refusal = { code: 'undecodable', reason: 'it is not' } as const
    const outcome = writer.add('b', (take) => {
      take(Buffer.from('half of it\n'))
      return refusal
    })
    expect(outcome).toEqual(refusal)
    writer.add('c', textFeed('third'))
    const hash = writer.finish()
    writer.close()
    const clean = new PackWriter(join(directory, 'clean.pack'))
    clean.add('a', textFeed('first'))
    clean.add('c', textFeed('third'))
    expect(clean.finish()).toBe(hash)
    clean.close()
  })

  it('is refused when it is cut short', () => {
    const path = join(directory, 'empty.pack')
    new PackWriter(path).close()
    expect(() => new PackFile(path)).toThrow(/is not a pack/)
  })
})

describe('virtual breaks', () => {
  it('do not depend on how a document arrives', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (original, cuts) => {
        const whole = new LineBreaker()
        whole.push(Buffer.from(original), () => {})
        const pieces = new LineBreaker()
        const letters = Array.from(original)
        const at = [0, ...cuts.map((cut) => cut % (letters.length + 1)).sort((a, b) => a - b), letters.length]
        at.slice(1).forEach((end, index) => {
          pieces.push(Buffer.from(letters.slice(at[index], end).join('')), () => {})
        })
        expect(pieces.breaks).toEqual(whole.breaks)
        expect(pieces.newlines).toBe(whole.newlines)
        expect(pieces.bytes).toBe(Buffer.byteLength(original))
      }),
      { numRuns: 60 },
    )
  })
})
