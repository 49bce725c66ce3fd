import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'

/**
 * What a policy may not do although Cedar would take it: each of these makes a forbid silently not apply. Cedar skips a
 * policy whose evaluation errs (arithmetic overflows), `in` is false for an entity nobody supplied, and `has` hides one.
 * Returns the first objection, or undefined.
 */
export function lintPolicy(policy: PolicyJson, enumTypes: readonly string[]): string | undefined {
  const nodes = policy.conditions.flatMap((clause) => [...expressions(clause.body)])
  const scope = [policy.principal, policy.action, policy.resource]
  const named = [...scope, ...policy.conditions].flatMap((part) => [...entityNames(part)])
  return (
    nodes.map(objectionToNode).find(isText) ??
    named.map((name) => objectionToName(name, enumTypes)).find(isText)
  )
}

interface Node {
  readonly op: string
  readonly operands: unknown
}

interface EntityName {
  readonly type: string
  readonly id: string
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', 'neg'])
const PRESENCE: ReadonlySet<string> = new Set(['has', 'hasTag', 'getTag'])

// Types of which the host supplies the very entity a step is about, or its parent. Tools are never asked about yet.
const SUPPLIED: ReadonlySet<string> = new Set(
  ['User', 'AgentProfile', 'Collection', 'Partition', 'Model', 'Tool', 'ToolGroup', 'Sink'].map(
    (t) => `Writ::${t}`,
  ),
)

function objectionToNode({ op, operands }: Node): string | undefined {
  if (ARITHMETIC.has(op)) {
    return `arithmetic (${op === 'neg' ? 'unary -' : op}) can overflow, and a forbid that errs is skipped; compare plain numbers`
  }
  if (PRESENCE.has(op))
    return `${op} hides an absent entity; the host supplies every attribute, so test its value`
  if (op === 'in' && isRecord(operands) && entityLiteral(operands.left) !== undefined) {
    return 'in asks about an entity the policy names, which is not part of the request; ask about principal or resource'
  }
  if (op === '.' && isRecord(operands) && operands.attr === 'run' && isPrincipal(operands.left)) {
    return 'principal.run is always empty: equal requests share one decision, whichever run asks'
  }
  return undefined
}

function objectionToName({ type, id }: EntityName, enumTypes: readonly string[]): string | undefined {
  if (SUPPLIED.has(type) || type === 'Writ::Action' || enumTypes.includes(type)) return undefined
  if (type === 'Writ::Frame') {
    return `${type}::${JSON.stringify(id)}: a policy may not name a frame; equal requests share one decision`
  }
  if (type === 'Writ::ModelPool' && id === 'approved') return undefined
  return `${type}::${JSON.stringify(id)}: the host never supplies this entity, so a test for it would never hold`
}

/** Every node of an expression in Cedar's JSON form, where a node is an object with its operator as the only key. */
function* expressions(expression: unknown): Generator<Node> {
  if (!isRecord(expression)) return
  for (const [op, operands] of Object.entries(expression)) {
    yield { op, operands }
    for (const child of childrenOf(op, operands)) yield* expressions(child)
  }
}

const CHILD_KEYS = ['left', 'right', 'arg', 'if', 'then', 'else', 'in'] as const

function childrenOf(op: string, operands: unknown): readonly unknown[] {
  if (Array.isArray(operands)) return operands
  if (!isRecord(operands) || op === 'Value') return []
  return op === 'Record' ? Object.values(operands) : CHILD_KEYS.map((key) => operands[key])
}

/** Every entity named anywhere inside a part of a policy. */
function* entityNames(part: unknown): Generator<EntityName> {
  if (typeof part !== 'object' || part === null) return
  if (isEntityName(part)) yield part
  for (const child of Object.values(part)) yield* entityNames(child)
}

function entityLiteral(expression: unknown): EntityName | undefined {
  if (!isRecord(expression) || !isRecord(expression.Value)) return undefined
  const entity = expression.Value.__entity
  return isEntityName(entity) ? entity : undefined
}

function isPrincipal(expression: unknown): boolean {
  return isRecord(expression) && expression.Var === 'principal'
}

function isEntityName(value: unknown): value is EntityName {
  return isRecord(value) && typeof value.type === 'string' && typeof value.id === 'string'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}
