import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex, utf8 } from './encoding.ts'
import { EMPTY_ROOT, leafHash, MerkleTree, nodeHash, rootOfHashes } from './merkle.ts'
import { consistencyHolds, consistencyProof, inclusionHolds, inclusionProof } from './merkle-proof.ts'
import { completedBy, type NodeSource, nodesOf, treeRoot } from './tree-nodes.ts'

const leaves = Array.from({ length: 300 }, (_, i) => leafHash(utf8(`leaf ${i}`)))

/** Counts what is asked of a source. */
function counted(nodes: NodeSource): { readonly nodes: NodeSource; asked(): number } {
  let asked = 0
  return {
    nodes: (height, index) => {
      asked += 1
      return nodes(height, index)
    },
    asked: () => asked,
  }
}

test('the root of every size is that of the growing tree', () => {
  const tree = new MerkleTree()
  expect(treeRoot(nodesOf(leaves), 0)).toEqual(EMPTY_ROOT)
  for (const [i, leaf] of leaves.entries()) {
    tree.append(leaf)
    expect(hex(treeRoot(nodesOf(leaves), i + 1))).toBe(hex(tree.root()))
  }
})

test('a store that is only ever given what an append completes has every node a proof needs', () => {
  const store = new Map<string, Uint8Array>()
  const stored: NodeSource = (height, index) => {
    const node = store.get(`${height}/${index}`)
    if (node === undefined) throw new Error(`no node ${height}/${index}`)
    return node
  }
  for (const [size, leaf] of leaves.entries()) {
    const source = counted(stored)
    for (const { height, index, hash } of completedBy(source.nodes, size, leaf)) {
      expect(store.has(`${height}/${index}`)).toBe(false)
      store.set(`${height}/${index}`, hash)
    }
    expect(source.asked()).toBeLessThanOrEqual(9)
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, seed) => {
      const index = seed % size
      const first = 1 + index
      const root = rootOfHashes(leaves.slice(0, size))
      const source = counted(stored)
      const inclusion = inclusionProof(source.nodes, size, index)
      const consistency = consistencyProof(source.nodes, size, first)
      expect(source.asked()).toBeLessThanOrEqual(4 * 9)
      expect(inclusionHolds(leaves[index] ?? root, index, size, inclusion, root)).toBe(true)
      expect(consistencyHolds(first, size, consistency, rootOfHashes(leaves.slice(0, first)), root)).toBe(
        true,
      )
    }),
  )
})

/** A tree of equal leaves has one node per height, so a tree of any size can be made. */
function equalLeaves(): NodeSource {
  const byHeight = [leafHash(utf8('same'))]
  for (let height = 1; height <= 53; height++) {
    const below = byHeight[height - 1] ?? EMPTY_ROOT
    byHeight.push(nodeHash(below, below))
  }
  return (height) => byHeight[height] ?? EMPTY_ROOT
}

test('proofs of trees up to 2^53 − 1 leaves are made and hold, and no neighbour of them does', () => {
  const source = equalLeaves()
  const most = Number.MAX_SAFE_INTEGER
  fc.assert(
    fc.property(fc.integer({ min: 2, max: most }), fc.integer({ min: 0, max: most }), (size, seed) => {
      const index = seed % size
      const first = 1 + (seed % (size - 1))
      const asked = counted(source)
      const root = treeRoot(source, size)
      const inclusion = inclusionProof(asked.nodes, size, index)
      expect(inclusionHolds(source(0, index), index, size, inclusion, root)).toBe(true)
      expect(inclusionHolds(source(0, index), index, size, inclusion, treeRoot(source, size - 1))).toBe(false)
      const consistency = consistencyProof(asked.nodes, size, first)
      const before = treeRoot(source, first)
      expect(consistencyHolds(first, size, consistency, before, root)).toBe(true)
      expect(consistencyHolds(first, size, consistency, root, before)).toBe(false)
      expect(asked.asked()).toBeLessThanOrEqual(4 * 53)
      expect(consistency.length).toBeLessThanOrEqual(63)
    }),
  )
})

test('what is no size has no proof', () => {
  const source = nodesOf(leaves)
  for (const size of [-1, 0.5, 2 ** 53, Number.NaN]) {
    expect(() => inclusionProof(source, size, 0)).toThrow(RangeError)
    expect(() => consistencyProof(source, size, 1)).toThrow(RangeError)
    expect(() => consistencyProof(source, 8, size)).toThrow(RangeError)
  }
  expect(() => inclusionProof(source, 0, 0)).toThrow(RangeError)
  expect(() => source(0, 300)).toThrow(RangeError)
})
