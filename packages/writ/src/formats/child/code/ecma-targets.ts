import type { CodeReach } from '@writ/contract'
import { bare, type EcmaSource, memberName } from './ecma-source.ts'
import { ANY_MEMBER } from './path-steps.ts'
import { field, type Syntax } from './syntax.ts'

/** The member that an expression names; any where it is computed. */
export function memberOf(source: EcmaSource, node: Syntax): string {
  const key = field(node, 'property') ?? field(node, 'index')
  const isPlain = node.type === 'member_expression' || key?.type === 'string'
  return (isPlain ? memberName(source, key) : undefined) ?? ANY_MEMBER
}

export function without({ root, n, loose }: CodeReach): CodeReach {
  return { root, n, path: [], loose }
}

/** The places that an assignment assigns. */
export function targets(node: Syntax): Syntax[] {
  switch (node.type) {
    case 'object_pattern':
    case 'array_pattern':
    case 'object':
    case 'array':
    case 'rest_pattern':
    case 'spread_element':
      return node.kids.flatMap((kid) => targets(bare(kid)))
    case 'pair_pattern':
    case 'pair': {
      const value = field(node, 'value')
      return value === undefined ? [] : targets(bare(value))
    }
    case 'assignment_pattern':
    case 'object_assignment_pattern': {
      const left = field(node, 'left')
      return left === undefined ? [] : targets(bare(left))
    }
    default:
      return [node]
  }
}

export function defaults(node: Syntax): Syntax[] {
  if (node.type.endsWith('assignment_pattern')) {
    const right = field(node, 'right')
    return right === undefined ? [] : [right]
  }
  return node.kids.flatMap(defaults)
}

/** The names among the places that an assignment assigns. */
export function leaves(node: Syntax): Syntax[] {
  return targets(node).filter(isName)
}

export function isName({ type }: Syntax): boolean {
  return type === 'identifier' || type.startsWith('shorthand')
}
