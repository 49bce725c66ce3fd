import type { AnyNode, Program } from 'acorn'
import { grownNames } from './growth.ts'
import { boundBy, isFunction, keyOf, walk } from './syntax.ts'
import { Unbounded } from './tally.ts'

/** Names by which a script could ask for more than its text shows. */
const UNSEEN = new Map([
  ...['rlm_query', 'rlmQuery', 'rlm_query_batched', 'rlmQueryBatched'].map(
    (name) => [name, 'it opens child frames, which decide for themselves what they ask'] as const,
  ),
  ...['run_script', 'runScript'].map((name) => [name, 'it runs another script'] as const),
  ...['eval', 'Function', 'globalThis', 'arguments', 'Proxy'].map(
    (name) => [name, `it uses ${name}`] as const,
  ),
])
/** Members by which one comes at what all lists or functions share. */
const SHARED = new Set(['constructor', 'prototype', '__proto__'])
/** Methods of promises: what has some of its own calls what they are given as often as it likes. */
const CHAINED = new Set(['then', 'catch', 'finally'])
/** Functions that make members of names which do not stand in the text. */
const NAMING = new Set([
  'parse',
  'fromEntries',
  'groupBy',
  'defineProperty',
  'defineProperties',
  'set',
  'Map',
])

/** What is known of a script once every node of it was looked at. */
export interface Survey {
  /** Names of which nothing is known: they are given another value somewhere, or their list grows. */
  readonly changed: ReadonlySet<string>
  /** Whether an object of which nothing is known may have a member `schema`. */
  readonly mayType: boolean
}

/** Looks at every node of a script once. Throws `Unbounded` for what would hide calls. */
export function survey(program: Program): Survey {
  const changed = new Set([...grownNames(program), ...hoisted(program)])
  let mayType = false
  const classes: AnyNode[] = []
  for (const node of walk(program)) {
    refuseHidden(node)
    if (node.type === 'ClassBody') classes.push(node)
    if (node.type === 'AssignmentExpression') for (const name of boundBy(node.left)) changed.add(name)
    if (node.type === 'UpdateExpression') for (const name of boundBy(node.argument)) changed.add(name)
    if (node.type === 'ForOfStatement' || node.type === 'ForInStatement')
      for (const name of boundBy(node.left)) changed.add(name)
    mayType ||= makesMembers(node)
  }
  // In a function that is called plainly, or in none, `this` has every name of the REPL as a member.
  for (const node of walk(program))
    if (
      node.type === 'ThisExpression' &&
      !classes.some(({ start, end }) => start < node.start && node.end < end)
    )
      throw new Unbounded('it uses this', node.start)
  return { changed, mayType }
}

function refuseHidden(node: AnyNode): void {
  const name =
    node.type === 'Identifier'
      ? node.name
      : node.type === 'MemberExpression'
        ? keyOf(node.property, node.computed)
        : undefined
  const why = name === undefined ? undefined : UNSEEN.get(name)
  if (why !== undefined) throw new Unbounded(why, node.start)
  if (node.type === 'MemberExpression' && name !== undefined && SHARED.has(name))
    throw new Unbounded(`it uses ${name}`, node.start)
  if (node.type !== 'Property' && node.type !== 'MethodDefinition' && node.type !== 'PropertyDefinition')
    return
  const key = keyOf(node.key, node.computed)
  if (key !== undefined && (CHAINED.has(key) || key === '__proto__'))
    throw new Unbounded(`it has a ${key} of its own`, node.start)
}

function makesMembers(node: AnyNode): boolean {
  if (node.type === 'Identifier') return node.name === 'schema' || NAMING.has(node.name)
  if (node.type === 'Literal') return node.value === 'schema'
  if (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition')
    return node.computed && keyOf(node.key, true) === undefined
  return (
    node.type === 'AssignmentExpression' &&
    node.left.type === 'MemberExpression' &&
    keyOf(node.left.property, node.left.computed) === undefined
  )
}

/** Names that are another's, or two things at once, because `var` and functions within blocks are hoisted. */
function hoisted(program: Program): ReadonlySet<string> {
  const plain = new Set<AnyNode>(program.body)
  for (const node of walk(program))
    if (isFunction(node) && node.body.type === 'BlockStatement')
      for (const statement of node.body.body) plain.add(statement)
  const names = new Set<string>()
  const seen = new Set<string>()
  for (const node of walk(program)) {
    const isVar = node.type === 'VariableDeclaration' && node.kind === 'var'
    if (!isVar && node.type !== 'FunctionDeclaration') continue
    const declared = isVar
      ? node.declarations.flatMap(({ id }) => boundBy(id))
      : node.type === 'FunctionDeclaration' && node.id
        ? [node.id.name]
        : []
    for (const name of declared) {
      if (!plain.has(node) || seen.has(name)) names.add(name)
      seen.add(name)
    }
  }
  return names
}
