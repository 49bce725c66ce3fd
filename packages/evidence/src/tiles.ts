import { WritError } from '@writ/contract'
import { concat } from './encoding.ts'
import type { NodeSource } from './tree-nodes.ts'
import { refuse } from './verdict.ts'

// C2SP tlog-tiles: a log as files. A tile holds up to 256 hashes of one height; an entry bundle the leaves of a tile of
// level 0. Sizes are plain numbers up to 2^53.

/** Hashes of a full tile. */
export const TILE_WIDTH = 256
/** Tile levels differ by this many heights of the tree. */
const TILE_HEIGHT = 8
/** Bytes of the longest leaf a bundle can hold. */
export const MAX_ENTRY_BYTES = 65_535

/** Which tile: hashes `index · 256 …` of height 8 · level; `width` of them, 256 when it is full. */
export interface Tile {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** The tiles of a tree of `size` leaves, lowest level first. */
export function* tilesOf(size: number): Iterable<Tile> {
  let hashes = size
  for (let level = 0; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const full = Math.floor(hashes / TILE_WIDTH)
    for (let index = 0; index < full; index++) yield { level, index, width: TILE_WIDTH }
    const width = hashes % TILE_WIDTH
    if (width > 0) yield { level, index: full, width }
  }
}

/** Path of a tile below the log's prefix. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${place(index, width)}`
}

/** Path of the entry bundle of a tile of level 0. */
export function entriesPath({ index, width }: Pick<Tile, 'index' | 'width'>): string {
  return `tile/entries/${place(index, width)}`
}

/** `1234067` is `x001/x234/067`, with `.p/<width>` while it is not full. */
function place(index: number, width: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g) ?? []
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === TILE_WIDTH ? name : `${name}.p/${width}`
}

/** The bytes of a tile. */
export function tileBytes({ level, index, width }: Tile, nodes: NodeSource): Uint8Array {
  const hashes = Array.from({ length: width }, (_, i) => nodes(level * TILE_HEIGHT, index * TILE_WIDTH + i))
  return concat(hashes)
}

/** The bytes of an entry bundle: each leaf after its length in two bytes. */
export function formatEntries(leaves: readonly Uint8Array[]): Uint8Array {
  return concat(
    leaves.flatMap((leaf) => {
      if (leaf.length > MAX_ENTRY_BYTES) {
        throw new WritError('INTERNAL', `A leaf of ${leaf.length} bytes fits no entry bundle.`)
      }
      return [Uint8Array.of(Math.floor(leaf.length / 256), leaf.length % 256), leaf]
    }),
  )
}

/** The leaves of an entry bundle, which must have `width` of them. Refuses with `NOT_CANONICAL`. */
export function parseEntries(bytes: Uint8Array, width: number, at: string): readonly Uint8Array[] {
  const leaves: Uint8Array[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const [high = 0, low] = bytes.subarray(offset, offset + 2)
    const end = offset + 2 + high * 256 + (low ?? 0)
    if (low === undefined || end > bytes.length) refuse('NOT_CANONICAL', `${at} ends within a leaf.`, at)
    leaves.push(bytes.slice(offset + 2, end))
    offset = end
  }
  if (leaves.length !== width) refuse('NOT_CANONICAL', `${at} has ${leaves.length} leaves, not ${width}.`, at)
  return leaves
}
