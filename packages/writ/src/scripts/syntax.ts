import type { AnyNode } from 'acorn'

/** The nodes that stand right below a node. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

/** A node and every node below it. */
export function* walk(root: AnyNode): Iterable<AnyNode> {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...childrenOf(node))
  }
}

/** Whether a node is the name. */
export function isNamed(node: AnyNode | null | undefined, name: string | undefined): boolean {
  return node?.type === 'Identifier' && node.name === name
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
