import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesEqual, concat, hex, utf8 } from './encoding.ts'
import { leafHash, rootOfHashes } from './merkle.ts'
import { entriesPath, formatEntries, parseEntries, type Tile, tileBytes, tilePath, tilesOf } from './tiles.ts'
import { nodesOf } from './tree-nodes.ts'

// The examples of C2SP tlog-tiles.
test('published paths', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
  expect(tilePath({ level: 63, index: 0, width: 1 })).toBe('tile/63/000.p/1')
  expect(entriesPath({ index: 1_234_067, width: 255 })).toBe('tile/entries/x001/x234/067.p/255')
  expect(entriesPath({ index: 1_000, width: 256 })).toBe('tile/entries/x001/000')
})

function widths(size: number): Record<string, readonly number[]> {
  const byLevel: Record<string, number[]> = {}
  for (const { level, width } of tilesOf(size)) byLevel[level] = [...(byLevel[level] ?? []), width]
  return byLevel
}

test('published tiles of a tree of 70,000 leaves, and of 256', () => {
  expect(widths(70_000)).toEqual({
    0: [...Array.from({ length: 273 }, () => 256), 112],
    1: [256, 17],
    2: [1],
  })
  expect(widths(256)).toEqual({ 0: [256], 1: [1] })
  expect(widths(0)).toEqual({})
})

test('hashes of a tile are the roots of the full tiles below it', () => {
  const leaves = Array.from({ length: 700 }, (_, i) => leafHash(utf8(`${i}`)))
  const bytes = (tile: Tile): Uint8Array => tileBytes(tile, nodesOf(leaves))
  expect(bytesEqual(bytes({ level: 0, index: 2, width: 188 }), concat(leaves.slice(512)))).toBe(true)
  const above = bytes({ level: 1, index: 0, width: 2 })
  expect(hex(above.subarray(0, 32))).toBe(hex(rootOfHashes(leaves.slice(0, 256))))
  expect(hex(above.subarray(32))).toBe(hex(rootOfHashes(leaves.slice(256, 512))))
})

test('entries are read as they were written', () => {
  const long = new Uint8Array(65_535).fill(7)
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (entries) => {
      const leaves = [...entries, long]
      expect(parseEntries(formatEntries(leaves), leaves.length, 'e')).toEqual(leaves)
    }),
    { numRuns: 20 },
  )
  expect([...formatEntries([utf8('ab'), new Uint8Array(258)])].slice(0, 6)).toEqual([0, 2, 97, 98, 1, 2])
  expect(() => formatEntries([new Uint8Array(65_536)])).toThrow('65536 bytes')
})

test.each([
  ['half a length', Uint8Array.of(0), 1],
  ['a leaf cut short', Uint8Array.of(0, 2, 1), 1],
  ['a leaf too few', Uint8Array.of(0, 1, 1), 2],
  ['a leaf too many', Uint8Array.of(0, 1, 1, 0, 0), 1],
])('a bundle with %s is refused', (_, bytes, width) => {
  expect(() => parseEntries(bytes, width, 'e')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'e' } }),
  )
})
