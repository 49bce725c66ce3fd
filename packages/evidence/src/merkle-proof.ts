import { bytesEqual } from './encoding.ts'
import { nodeHash, rootOfHashes } from './merkle.ts'

// Proofs of RFC 9162, section 2.1.3 and 2.1.4 (those of RFC 6962). All hashes are leaf or node hashes, never data.

/** The audit path of one leaf, nearest sibling first. Throws a RangeError for an index outside the tree. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`No leaf ${index} in a tree of ${leaves.length}.`)
  }
  if (leaves.length === 1) return []
  const split = splitPoint(leaves.length)
  const left = leaves.slice(0, split)
  const right = leaves.slice(split)
  return index < split
    ? [...inclusionProof(left, index), rootOfHashes(right)]
    : [...inclusionProof(right, index - split), rootOfHashes(left)]
}

/** That the tree of the first `size` leaves is a prefix of this one. Throws a RangeError for a size outside 1 … n. */
export function consistencyProof(leaves: readonly Uint8Array[], size: number): readonly Uint8Array[] {
  if (!Number.isSafeInteger(size) || size < 1 || size > leaves.length) {
    throw new RangeError(`No prefix of ${size} leaves in a tree of ${leaves.length}.`)
  }
  return subproof(leaves, size, true)
}

/** `whole`: the prefix is a subtree whose root the verifier already has. */
function subproof(leaves: readonly Uint8Array[], size: number, whole: boolean): readonly Uint8Array[] {
  if (size === leaves.length) return whole ? [] : [rootOfHashes(leaves)]
  const split = splitPoint(leaves.length)
  const left = leaves.slice(0, split)
  const right = leaves.slice(split)
  return size <= split
    ? [...subproof(left, size, whole), rootOfHashes(right)]
    : [...subproof(right, size - split, false), rootOfHashes(left)]
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
