import type { AnyNode, Expression } from 'acorn'
import type { AbstractValue } from './abstract-value.ts'
import { boundBy, isNamed, walk } from './syntax.ts'

type ForStatement = Extract<AnyNode, { type: 'ForStatement' }>

/** A loop whose turns may be counted: those of `for (let i = 0; i < 3; i += 1)` are. */
export type Loop = Extract<
  AnyNode,
  { type: 'ForStatement' | 'WhileStatement' | 'DoWhileStatement' | 'ForInStatement' }
>

/** Most turns of a loop, the last one, which finds the test false, with them; undefined where they are not counted. */
export function turnsOf(
  node: Loop,
  known: (node: AnyNode | null | undefined) => AbstractValue,
): number | undefined {
  if (node.type !== 'ForStatement' || node.test?.type !== 'BinaryExpression') return undefined
  const { test, init } = node
  const [first] = init?.type === 'VariableDeclaration' && init.kind === 'let' ? init.declarations : []
  const from = known(first?.init)
  const to = known(test.right as Expression)
  const name = first?.id.type === 'Identifier' ? first.id.name : undefined
  if (
    name === undefined ||
    !counts(node, name) ||
    !isNamed(test.left, name) ||
    !['<', '<='].includes(test.operator)
  )
    return undefined
  // A function in the head of the loop could change it as well as one in its body.
  if ([node.body, test.right, init].some((part) => part && changesIn(part as AnyNode, name))) return undefined
  if (from.kind !== 'number' || !from.exact || to.kind !== 'number') return undefined
  return Math.max(0, Math.ceil(to.most - from.most)) + (test.operator === '<=' ? 1 : 0) + 1
}

/** Whether each turn adds one or more to the name. */
function counts({ update }: ForStatement, name: string | undefined): boolean {
  if (update?.type === 'UpdateExpression') return update.operator === '++' && isNamed(update.argument, name)
  return (
    update?.type === 'AssignmentExpression' &&
    update.operator === '+=' &&
    isNamed(update.left, name) &&
    update.right.type === 'Literal' &&
    Number(update.right.value) >= 1
  )
}

function changesIn(body: AnyNode, name: string): boolean {
  for (const node of walk(body)) {
    if (node.type === 'AssignmentExpression' && boundBy(node.left).includes(name)) return true
    if (node.type === 'UpdateExpression' && isNamed(node.argument, name)) return true
    const loops = node.type === 'ForOfStatement' || node.type === 'ForInStatement'
    if (loops && boundBy(node.left).includes(name)) return true
  }
  return false
}
