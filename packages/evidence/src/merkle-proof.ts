import { DIGEST_BYTES } from './crypto.ts'
import { bytesEqual } from './encoding.ts'
import { nodeHash } from './merkle.ts'
import { type NodeSource, rangeRoot } from './tree-nodes.ts'

// Proofs of RFC 9162, section 2.1.3 and 2.1.4 (those of RFC 6962). All hashes are leaf or node hashes, never data.

/** The audit path of a leaf in the tree of `size` leaves, nearest sibling first. Throws a RangeError for an index outside it. */
export function inclusionProof(nodes: NodeSource, size: number, index: number): readonly Uint8Array[] {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new RangeError(`No leaf ${index} in a tree of ${size}.`)
  }
  return path(nodes, index, 0, size)
}

function path(nodes: NodeSource, index: number, begin: number, end: number): readonly Uint8Array[] {
  if (end - begin === 1) return []
  const middle = begin + splitPoint(end - begin)
  return index < middle
    ? [...path(nodes, index, begin, middle), rangeRoot(nodes, middle, end)]
    : [...path(nodes, index, middle, end), rangeRoot(nodes, begin, middle)]
}

/**
 * That the tree of the first `first` leaves is a prefix of that of `size`. Throws a RangeError for a prefix outside
 * 1 … size: of the empty tree nothing can be proven, since every tree begins with it.
 */
export function consistencyProof(nodes: NodeSource, size: number, first: number): readonly Uint8Array[] {
  if (!isSize(size) || !isSize(first) || first < 1 || first > size) {
    throw new RangeError(`No prefix of ${first} leaves in a tree of ${size}.`)
  }
  return subproof(nodes, first, 0, size, true)
}

/** `whole`: the prefix is a subtree whose root the verifier already has. */
function subproof(
  nodes: NodeSource,
  first: number,
  begin: number,
  end: number,
  whole: boolean,
): readonly Uint8Array[] {
  if (first === end) return whole ? [] : [rangeRoot(nodes, begin, end)]
  const middle = begin + splitPoint(end - begin)
  return first <= middle
    ? [...subproof(nodes, first, begin, middle, whole), rangeRoot(nodes, middle, end)]
    : [...subproof(nodes, first, middle, end, false), rangeRoot(nodes, begin, middle)]
}

/** The largest power of two below n, for n > 1. */
function splitPoint(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

export function inclusionHolds(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  if (![leaf, ...proof, root].every(isHash)) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash)
      for (; !isOdd(node) && node !== 0; node = half(node)) last = half(last)
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && bytesEqual(hash, root)
}

/** Whether the proof shows that the tree of `first` leaves is a prefix of that of `second`. Size 0 proves nothing. */
export function consistencyHolds(
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (!isSize(first) || !isSize(second) || first < 1 || first > second) return false
  if (first === second) return proof.length === 0 && bytesEqual(firstRoot, secondRoot)
  if (![firstRoot, ...proof, secondRoot].every(isHash)) return false
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof
  const [start, ...rest] = path
  if (start === undefined) return false
  let node = first - 1
  let last = second - 1
  for (; isOdd(node); node = half(node)) last = half(last)
  let firstHash = start
  let secondHash = start
  for (const sibling of rest) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      firstHash = nodeHash(sibling, firstHash)
      secondHash = nodeHash(sibling, secondHash)
      for (; !isOdd(node) && node !== 0; node = half(node)) last = half(last)
    } else {
      secondHash = nodeHash(secondHash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && bytesEqual(firstHash, firstRoot) && bytesEqual(secondHash, secondRoot)
}

/** Without this, an empty leaf would be in the tree whose root is empty too. */
function isHash(bytes: Uint8Array): boolean {
  return bytes.length === DIGEST_BYTES
}

function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function isOdd(n: number): boolean {
  return n % 2 === 1
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function isPowerOfTwo(n: number): boolean {
  let power = 1
  while (power < n) power *= 2
  return power === n
}
