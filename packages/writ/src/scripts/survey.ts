import type { AnyNode, Program } from 'acorn'
import { walk } from './syntax.ts'
import { Unbounded } from './tally.ts'

/** Names by which a script could ask for more than its text shows. */
const UNSEEN = new Map([
  ...['rlm_query', 'rlmQuery', 'rlm_query_batched', 'rlmQueryBatched'].map(
    (name) => [name, 'it opens child frames, which decide for themselves what they ask'] as const,
  ),
  ...['eval', 'Function', 'globalThis'].map((name) => [name, `it uses ${name}`] as const),
])

const MUTATING = new Set(['push', 'unshift', 'splice'])

/**
 * Looks at every node once. Gives the names that are given another value, or whose list grows, somewhere. Throws `Unbounded`
 * for what would hide calls.
 */
export function survey(program: Program): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const node of walk(program)) {
    if (node.type === 'Identifier') {
      const why = UNSEEN.get(node.name)
      if (why !== undefined) throw new Unbounded(why, node.start)
    }
    if (node.type === 'AssignmentExpression') change(node.left, changed)
    if (node.type === 'UpdateExpression') change(node.argument, changed)
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { property } = node.callee
      if (property.type === 'Identifier' && MUTATING.has(property.name)) change(node.callee, changed)
    }
  }
  return changed
}

function change(target: AnyNode, changed: Set<string>): void {
  let node: AnyNode = target
  while (node.type === 'MemberExpression') node = node.object
  if (node.type === 'Identifier') changed.add(node.name)
  else for (const inner of walk(node)) if (inner.type === 'Identifier') changed.add(inner.name)
}
