import { MAX_RECORD_BYTES } from '@writ/contract'
import { DIGEST_BYTES, sha256 } from './crypto.ts'
import { concat } from './encoding.ts'

// RFC 6962, section 2.1. Sizes are plain numbers up to 2^53: bit operations would break at 2^31, so there are none.

const LEAF = 0
const NODE = 1

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

// Where a prefix and its data are put together. INVARIANT: nothing keeps it, and what is hashed is hashed at once.
const leaf = new Uint8Array(1 + MAX_RECORD_BYTES)
leaf[0] = LEAF
const node = new Uint8Array(1 + 2 * DIGEST_BYTES)
node[0] = NODE

export function leafHash(data: Uint8Array): Uint8Array {
  if (data.length > MAX_RECORD_BYTES) return sha256(concat([Uint8Array.of(LEAF), data]))
  leaf.set(data, 1)
  return sha256(leaf.subarray(0, 1 + data.length))
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  // What a proof gives may have any length; it then hashes to something no tree has.
  if (left.length !== DIGEST_BYTES || right.length !== DIGEST_BYTES) {
    return sha256(concat([Uint8Array.of(NODE), left, right]))
  }
  node.set(left, 1)
  node.set(right, 1 + DIGEST_BYTES)
  return sha256(node)
}

/** A growing tree that keeps only the roots of its complete subtrees: O(log n) memory, the root at any time. */
export class MerkleTree {
  /** INVARIANT: heights fall strictly from left to right; the subtrees cover every leaf in order. */
  readonly #subtrees: { readonly height: number; readonly root: Uint8Array }[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Appends a leaf by its hash (`leafHash` of its data). */
  append(leaf: Uint8Array): void {
    let added = { height: 0, root: leaf }
    for (let last = this.#subtrees.at(-1); last?.height === added.height; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop()
      added = { height: added.height + 1, root: nodeHash(last.root, added.root) }
    }
    this.#subtrees.push(added)
    this.#size += 1
  }

  root(): Uint8Array {
    return this.#subtrees.map((subtree) => subtree.root).reduceRight(joinRight, undefined) ?? EMPTY_ROOT
  }
}

function joinRight(right: Uint8Array | undefined, left: Uint8Array): Uint8Array {
  return right === undefined ? left : nodeHash(left, right)
}

/** The root over leaf hashes. */
export function rootOfHashes(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.append(leaf)
  return tree.root()
}

/** The root over leaves given as data. */
export function rootOf(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.append(leafHash(leaf))
  return tree.root()
}
