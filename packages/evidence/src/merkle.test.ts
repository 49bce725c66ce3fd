import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesEqual, fromHex, hex, utf8 } from './encoding.ts'
import { EMPTY_ROOT, leafHash, MerkleTree, nodeHash, rootOf, rootOfHashes } from './merkle.ts'
import { consistencyHolds, consistencyProof, inclusionHolds, inclusionProof } from './merkle-proof.ts'
import { nodesOf } from './tree-nodes.ts'

// Vectors of the Certificate Transparency reference implementation (google/certificate-transparency and
// transparency-dev/merkle, testonly/constants.go), the published ones for RFC 6962.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const A = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'
const B = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e'
const C = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
const D = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
const E = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0'
const F = 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'
const G = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a'
const H = 'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f'

const raw = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const hashes = LEAVES.map((leaf) => leafHash(raw(leaf)))
const rootAt = (size: number): Uint8Array => raw(ROOTS[size] ?? '')

test('published roots of every size, at once and one by one', () => {
  const tree = new MerkleTree()
  expect(hex(EMPTY_ROOT)).toBe(ROOTS[0])
  for (let size = 0; size <= LEAVES.length; size++) {
    expect(tree.size).toBe(size)
    expect(hex(tree.root())).toBe(ROOTS[size])
    expect(hex(rootOf(LEAVES.slice(0, size).map(raw)))).toBe(ROOTS[size])
    tree.append(leafHash(raw(LEAVES[size] ?? '')))
  }
})

test.each([
  [0, 1, []],
  [0, 8, [A, B, C]],
  [5, 8, [D, E, F]],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [1, 5, ['6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', B, D]],
])('published inclusion proof of leaf %i in %i', (index, size, expected) => {
  const proof = inclusionProof(nodesOf(hashes), size, index)
  expect(proof.map(hex)).toEqual(expected)
  expect(inclusionHolds(hashes[index] ?? raw(''), index, size, proof, rootAt(size))).toBe(true)
})

test.each([
  [1, 1, []],
  [1, 8, [A, B, C]],
  [2, 8, [B, C]],
  [6, 8, [G, E, F]],
  [2, 5, [B, D]],
  [6, 7, [G, H, F]],
])('published consistency proof from %i to %i', (first, second, expected) => {
  const proof = consistencyProof(nodesOf(hashes), second, first)
  expect(proof.map(hex)).toEqual(expected)
  expect(consistencyHolds(first, second, proof, rootAt(first), rootAt(second))).toBe(true)
})

/** RFC 6962, section 2.1, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return EMPTY_ROOT
  if (leaves.length === 1) return only
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

const tree = fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 70 })

test('the growing tree has the recursive definition as its root', () => {
  fc.assert(
    fc.property(tree, (leaves) => {
      const all = leaves.map(leafHash)
      expect(hex(rootOfHashes(all))).toBe(hex(naiveRoot(all)))
    }),
  )
})

/** Every way to spoil one input of a proof. */
function spoiled(proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const other = leafHash(utf8('other'))
  return [
    [...proof, other],
    [other, ...proof],
    ...proof.map((_, i) => proof.filter((_item, j) => j !== i)),
    ...proof.map((_, i) => proof.map((item, j) => (i === j ? other : item))),
  ]
}

test('inclusion proofs hold for their leaf and nothing else', () => {
  fc.assert(
    fc.property(tree, fc.nat(), (leaves, seed) => {
      const all = leaves.map((leaf, i) => leafHash(utf8(`${i}:${hex(leaf)}`)))
      const index = seed % all.length
      const leaf = all[index] ?? raw('')
      const root = rootOfHashes(all)
      const proof = inclusionProof(nodesOf(all), all.length, index)
      const holds = (of: Uint8Array, at: number, path: readonly Uint8Array[]): boolean =>
        inclusionHolds(of, at, all.length, path, root)
      expect(holds(leaf, index, proof)).toBe(true)
      for (const other of all.keys()) if (other !== index) expect(holds(leaf, other, proof)).toBe(false)
      for (const path of spoiled(proof)) expect(holds(leaf, index, path)).toBe(false)
      expect(holds(leafHash(utf8('x')), index, proof)).toBe(false)
      expect(inclusionHolds(leaf, index, all.length, proof, leaf)).toBe(all.length === 1)
    }),
    { numRuns: 40 },
  )
})

test('consistency proofs hold for their prefix and nothing else', () => {
  fc.assert(
    fc.property(tree, fc.nat(), (leaves, seed) => {
      const all = leaves.map((leaf, i) => leafHash(utf8(`${i}:${hex(leaf)}`)))
      const first = 1 + (seed % all.length)
      const before = rootOfHashes(all.slice(0, first))
      const after = rootOfHashes(all)
      const proof = consistencyProof(nodesOf(all), all.length, first)
      const holds = (path: readonly Uint8Array[], size = first): boolean =>
        consistencyHolds(size, all.length, path, before, after)
      expect(holds(proof)).toBe(true)
      for (const path of spoiled(proof)) expect(holds(path)).toBe(false)
      for (let size = 0; size <= all.length; size++)
        if (size !== first) expect(holds(proof, size)).toBe(false)
      expect(consistencyHolds(first, all.length, proof, leafHash(utf8('x')), after)).toBe(false)
    }),
    { numRuns: 40 },
  )
})

test('sizes beyond 2^31 and 2^32 are plain numbers', () => {
  // The last leaf of a tree of 2^k + 1 leaves hangs alone on the right of a complete subtree.
  const lone = leafHash(utf8('lone'))
  const subtree = leafHash(utf8('stands for 2^k leaves'))
  for (const size of [2 ** 31 + 1, 2 ** 32 + 1, 2 ** 40 + 1]) {
    const root = nodeHash(subtree, lone)
    expect(inclusionHolds(lone, size - 1, size, [subtree], root)).toBe(true)
    expect(inclusionHolds(lone, size - 2, size, [subtree], root)).toBe(false)
    expect(consistencyHolds(size - 1, size, [lone], subtree, root)).toBe(true)
    expect(consistencyHolds(size - 2, size, [lone], subtree, root)).toBe(false)
  }
})

test('sizes that are none prove nothing', () => {
  const root = rootOfHashes(hashes)
  expect(consistencyHolds(0, 8, [], EMPTY_ROOT, root)).toBe(false)
  expect(consistencyHolds(0, 1, [root], root, root)).toBe(false)
  expect(consistencyHolds(8, 8, [], root, EMPTY_ROOT)).toBe(false)
  expect(inclusionHolds(root, 0, 0, [], root)).toBe(false)
  expect(inclusionHolds(root, -1, 1, [], root)).toBe(false)
  expect(inclusionHolds(root, 0.5, 1, [], root)).toBe(false)
  expect(() => inclusionProof(nodesOf(hashes), 8, 8)).toThrow(RangeError)
  expect(() => consistencyProof(nodesOf(hashes), 8, 0)).toThrow(RangeError)
})

test('what is no hash proves nothing', () => {
  const nothing = new Uint8Array(0)
  expect(inclusionHolds(nothing, 0, 1, [], nothing)).toBe(false)
  const [a = nothing, b = nothing] = hashes
  const long = new Uint8Array([...b, 0])
  expect(inclusionHolds(a, 0, 2, [long], nodeHash(a, long))).toBe(false)
  expect(consistencyHolds(1, 2, [long], a, nodeHash(a, long))).toBe(false)
})

test('a proof that goes on above the root proves nothing', () => {
  const more = leafHash(utf8('more'))
  const [only = more] = hashes
  expect(inclusionHolds(only, 0, 1, [more], nodeHash(more, only))).toBe(false)
  const proof = [...consistencyProof(nodesOf(hashes), 4, 3), more]
  const above = (size: number): Uint8Array => nodeHash(more, rootAt(size))
  expect(consistencyHolds(3, 4, proof, above(3), above(4))).toBe(false)
})

test('a leaf is never a node', () => {
  const [left, right] = [leafHash(utf8('a')), leafHash(utf8('b'))]
  const joined = new Uint8Array([...left, ...right])
  expect(bytesEqual(leafHash(joined), nodeHash(left, right))).toBe(false)
})
