import { EMPTY_ROOT, nodeHash } from './merkle.ts'

// A tree as its complete subtrees: enough for its root and every proof, a logarithm of its size of them at a time.
// Sizes and indexes are plain numbers up to 2^53.

/** The root of the complete subtree of 2^height leaves that begins at leaf `index · 2^height`. */
export type NodeSource = (height: number, index: number) => Uint8Array

export interface TreeNode {
  readonly height: number
  readonly index: number
  readonly hash: Uint8Array
}

/** The root of the tree of the first `size` leaves. */
export function treeRoot(nodes: NodeSource, size: number): Uint8Array {
  return size === 0 ? EMPTY_ROOT : rangeRoot(nodes, 0, size)
}

/** The root over the leaves from `begin` to before `end`. INVARIANT: `begin` is a multiple of a power of two ≥ their number. */
export function rangeRoot(nodes: NodeSource, begin: number, end: number): Uint8Array {
  let height = 0
  let leaves = 1
  for (; leaves * 2 <= end - begin; leaves *= 2) height += 1
  const left = nodes(height, begin / leaves)
  return begin + leaves === end ? left : nodeHash(left, rangeRoot(nodes, begin + leaves, end))
}

/** The subtrees that become complete when a leaf joins the tree of `size` leaves, the leaf itself first. */
export function completedBy(nodes: NodeSource, size: number, leaf: Uint8Array): readonly TreeNode[] {
  const completed: TreeNode[] = [{ height: 0, index: size, hash: leaf }]
  let hash = leaf
  let index = size
  for (let height = 0; index % 2 === 1; height++) {
    hash = nodeHash(nodes(height, index - 1), hash)
    index = (index - 1) / 2
    completed.push({ height: height + 1, index, hash })
  }
  return completed
}

/** The subtrees over leaf hashes held in memory, computed when first asked for. */
export function nodesOf(leaves: readonly Uint8Array[]): NodeSource {
  const known = new Map<string, Uint8Array>()
  const node: NodeSource = (height, index) => {
    const leaf = height === 0 ? leaves[index] : undefined
    if (leaf !== undefined) return leaf
    if (height === 0) throw new RangeError(`No leaf ${index} in a tree of ${leaves.length}.`)
    const name = `${height}/${index}`
    const hash = known.get(name) ?? nodeHash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))
    known.set(name, hash)
    return hash
  }
  return node
}
