import type { Json } from '@writ/contract'
import type { AnyNode, CallExpression, Expression, Node, Program, SpreadElement } from 'acorn'
import {
  type AbstractValue,
  countOf,
  either,
  exactOf,
  type FunctionValue,
  field,
  has,
  listOf,
  numberOf,
  ofJson,
  Scope,
  sized,
  sizeOf,
  UNKNOWN,
} from './abstract-value.ts'
import { COMBINATORS, type Combinator, mostParts, type Reach, splitHow } from './call-bounds.ts'
import type { ScriptFile } from './read-script.ts'

/** Most model calls of a script, or why that cannot be told before it runs. */
export type WorstCase = { readonly calls: number } | { readonly unknown: string }

/** What a script does that only its limits bound, and where. */
class Unbounded extends Error {
  readonly at: number

  constructor(why: string, at: number) {
    super(why)
    this.at = at
  }
}

/** Names by which a script could ask for more than its text shows. */
const UNSEEN = new Map([
  ...['rlm_query', 'rlmQuery', 'rlm_query_batched', 'rlmQueryBatched'].map(
    (name) => [name, 'it opens child frames, which decide for themselves what they ask'] as const,
  ),
  ...['eval', 'Function', 'globalThis'].map((name) => [name, `it uses ${name}`] as const),
])

/** List methods that call what they are given once an item; the first ones give a list no longer than theirs. */
const KEEPING = new Set([
  'map',
  'filter',
  'toSorted',
  'sort',
  'toReversed',
  'reverse',
  'entries',
  'keys',
  'values',
])
const VISITING = new Set([
  'flatMap',
  'forEach',
  'some',
  'every',
  'find',
  'findIndex',
  'findLast',
  'reduce',
  'reduceRight',
])
const NO_OPTIONS: AbstractValue = { kind: 'fields', fields: new Map() }
const MUTATING = new Set(['push', 'unshift', 'splice'])
const SEARCH_DEFAULT = 10
const GREP_DEFAULT = 200
/** Statements walked at most: a script that calls its own functions in a doubling way would take for ever. */
const MOST_VISITS = 100_000

/**
 * Adds up the most model calls that a script can make, from its text, its input and the documents in reach; nothing of it
 * runs. A combinator makes at most what it states, which the kernel holds it to, so its callback is not looked into.
 */
export function worstCase(
  { program, text }: Pick<ScriptFile, 'program' | 'text'>,
  input: Json,
  reach: Reach,
): WorstCase {
  try {
    return { calls: new Counter(program, reach).count(input) }
  } catch (error) {
    if (!(error instanceof Unbounded)) throw error
    return { unknown: `${error.message} (line ${text.slice(0, error.at).split('\n').length})` }
  }
}

class Counter {
  readonly #program: Program
  readonly #reach: Reach
  /** Names that are given another value, or whose list grows, somewhere. */
  readonly #changed = new Set<string>()
  readonly #running = new Set<Node>()
  #calls = 0
  #visits = 0

  constructor(program: Program, reach: Reach) {
    this.#program = program
    this.#reach = reach
  }

  count(input: Json): number {
    this.#survey()
    const scope = new Scope()
    scope.set('input', { kind: 'json', value: input })
    this.#block(this.#program.body, scope)
    return this.#calls
  }

  /** Looks at every node once for what would hide calls, and for names that change. */
  #survey(): void {
    for (const node of walk(this.#program)) {
      if (node.type === 'Identifier') {
        const why = UNSEEN.get(node.name)
        if (why !== undefined) throw new Unbounded(why, node.start)
      }
      if (node.type === 'AssignmentExpression' || node.type === 'UpdateExpression') {
        const target = node.type === 'AssignmentExpression' ? node.left : node.argument
        this.#change(target)
      }
      if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
        const { property } = node.callee
        if (property.type === 'Identifier' && MUTATING.has(property.name)) this.#change(node.callee)
      }
    }
  }

  #change(target: AnyNode): void {
    let node: AnyNode = target
    while (node.type === 'MemberExpression') node = node.object
    if (node.type === 'Identifier') this.#changed.add(node.name)
    else for (const inner of walk(node)) if (inner.type === 'Identifier') this.#changed.add(inner.name)
  }

  #block(body: readonly AnyNode[], above: Scope): AbstractValue {
    const scope = new Scope(above)
    for (const node of body)
      if (node.type === 'FunctionDeclaration' && node.id)
        scope.set(node.id.name, { kind: 'function', node, scope })
    let returned: AbstractValue = UNKNOWN
    for (const node of body) {
      const value = this.#visit(node, scope)
      if (node.type === 'ReturnStatement') returned = value
    }
    return returned
  }

  /** What a node adds to the calls, and what is known of its value. */
  #visit(node: AnyNode | null | undefined, scope: Scope): AbstractValue {
    if (!node) return UNKNOWN
    this.#visits += 1
    if (this.#visits > MOST_VISITS) throw new Unbounded('it is too involved to count', node.start)
    switch (node.type) {
      case 'BlockStatement':
        return this.#block(node.body, scope)
      case 'ExportNamedDeclaration':
      case 'FunctionDeclaration':
        return UNKNOWN
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) this.#bind(id, this.#visit(init, scope), scope)
        return UNKNOWN
      case 'ReturnStatement':
      case 'AwaitExpression':
      case 'ParenthesizedExpression':
        return this.#visit(node.type === 'ParenthesizedExpression' ? node.expression : node.argument, scope)
      case 'ConditionalExpression':
        this.#used(this.#visit(node.test, scope))
        return this.#either([node.consequent, node.alternate], scope)
      case 'LogicalExpression':
        return this.#logical(node, scope)
      case 'ForOfStatement':
        return this.#forOf(node, scope)
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForInStatement':
        return this.#loop(node, scope)
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return { kind: 'function', node, scope }
      case 'Identifier':
        return this.#changed.has(node.name) ? UNKNOWN : (scope.get(node.name) ?? UNKNOWN)
      case 'Literal':
        return typeof node.value === 'number'
          ? numberOf(node.value, true)
          : ofJson(node.value === true ? true : undefined)
      case 'ArrayExpression':
        return this.#array(node.elements, scope)
      case 'ObjectExpression':
        return this.#object(node, scope)
      case 'MemberExpression':
        return this.#member(node, scope)
      case 'NewExpression': {
        const [first] = this.#arguments(node.arguments, scope)
        return node.callee.type === 'Identifier' && node.callee.name === 'Set' && first?.kind === 'list'
          ? first
          : UNKNOWN
      }
      case 'ChainExpression':
        return this.#visit(node.expression, scope)
      case 'CallExpression':
        return this.#call(node, scope)
      default:
        for (const child of childrenOf(node)) this.#used(this.#visit(child, scope))
        return UNKNOWN
    }
  }

  #either([one, other]: readonly [Expression, Expression], scope: Scope): AbstractValue {
    const values = [this.#visit(one, scope), this.#visit(other, scope)] as const
    for (const value of values) this.#used(value)
    return either(...values)
  }

  #logical(
    { operator, left, right }: Extract<AnyNode, { type: 'LogicalExpression' }>,
    scope: Scope,
  ): AbstractValue {
    const first = this.#visit(left, scope)
    const missing = first.kind === 'json' && (first.value === undefined || first.value === null)
    // A value of the input is known to be there or not.
    if (operator === '??' && (missing || first.kind === 'number' || first.kind === 'list'))
      return missing ? this.#visit(right, scope) : first
    this.#used(first)
    this.#used(this.#visit(right, scope))
    return UNKNOWN
  }

  #bind(target: AnyNode, value: AbstractValue, scope: Scope): void {
    if (target.type === 'Identifier') scope.set(target.name, value)
    else if (target.type !== 'ObjectPattern') this.#unbind(target, scope)
    else
      for (const property of target.properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier')
          this.#bind(property.value, field(value, property.key.name), scope)
        else this.#unbind(property, scope)
      }
  }

  /** Names of a pattern of which nothing is known; they hide those outside. */
  #unbind(target: AnyNode, scope: Scope): void {
    for (const node of walk(target)) if (node.type === 'Identifier') scope.set(node.name, UNKNOWN)
  }

  /** Calls of one go of something. */
  #once(work: () => void): number {
    const before = this.#calls
    work()
    const calls = this.#calls - before
    this.#calls = before
    return calls
  }

  #times(most: number | undefined, calls: number, why: string, at: number): void {
    if (calls === 0) return
    if (most === undefined) throw new Unbounded(why, at)
    this.#add(most * calls, at)
  }

  #add(calls: number, at: number): void {
    this.#calls += calls
    if (!Number.isSafeInteger(this.#calls)) throw new Unbounded('it could make too many calls to count', at)
  }

  #forOf(node: Extract<AnyNode, { type: 'ForOfStatement' }>, scope: Scope): AbstractValue {
    const over = this.#visit(node.right, scope)
    const calls = this.#once(() => {
      const inner = new Scope(scope)
      if (node.left.type === 'VariableDeclaration')
        for (const { id } of node.left.declarations) this.#unbind(id, inner)
      this.#visit(node.body, inner)
    })
    this.#times(sizeOf(over), calls, 'it asks a model in a loop over a list of unknown length', node.start)
    return UNKNOWN
  }

  /** A loop whose turns are not counted may ask nothing; `for (let i = 0; i < 3; i += 1)` has turns that are. */
  #loop(
    node: Extract<
      AnyNode,
      { type: 'ForStatement' | 'WhileStatement' | 'DoWhileStatement' | 'ForInStatement' }
    >,
    scope: Scope,
  ): AbstractValue {
    const inner = new Scope(scope)
    const calls = this.#once(() => {
      for (const child of childrenOf(node)) this.#used(this.#visit(child, inner))
    })
    this.#times(this.#turns(node, scope), calls, 'it asks a model in a loop without a count', node.start)
    return UNKNOWN
  }

  #turns(node: AnyNode, scope: Scope): number | undefined {
    if (node.type !== 'ForStatement' || node.test?.type !== 'BinaryExpression') return undefined
    const { test, init, update } = node
    const [first] = init?.type === 'VariableDeclaration' ? init.declarations : []
    const from = this.#visit(first?.init, scope)
    const to = this.#visit(test.right as Expression, scope)
    const name = first?.id.type === 'Identifier' ? first.id.name : undefined
    const counts =
      (update?.type === 'UpdateExpression' && update.operator === '++' && named(update.argument, name)) ||
      (update?.type === 'AssignmentExpression' &&
        update.operator === '+=' &&
        named(update.left, name) &&
        update.right.type === 'Literal' &&
        Number(update.right.value) >= 1)
    if (!counts || !named(test.left, name) || !['<', '<='].includes(test.operator)) return undefined
    const changes = [...walk(node.body)].filter(
      (inner) => inner.type === 'AssignmentExpression' || inner.type === 'UpdateExpression',
    )
    if (
      changes.some((inner) =>
        named(inner.type === 'AssignmentExpression' ? inner.left : inner.argument, name),
      )
    )
      return undefined
    if (from.kind !== 'number' || !from.exact || to.kind !== 'number') return undefined
    // The last turn finds the test false: what the test asks is asked once more.
    return Math.max(0, Math.ceil(to.most - from.most)) + (test.operator === '<=' ? 1 : 0) + 1
  }

  #array(elements: readonly (Expression | SpreadElement | null)[], scope: Scope): AbstractValue {
    let most: number | undefined = 0
    for (const element of elements) {
      const spread = element?.type === 'SpreadElement'
      const value = this.#visit(spread ? element.argument : element, scope)
      this.#used(value)
      const size = spread ? sizeOf(value) : 1
      most = most === undefined || size === undefined ? undefined : most + size
    }
    return most === undefined ? UNKNOWN : listOf(most)
  }

  #object(node: Extract<AnyNode, { type: 'ObjectExpression' }>, scope: Scope): AbstractValue {
    const fields = new Map<string, AbstractValue>()
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        this.#used(this.#visit(property.argument, scope))
        continue
      }
      if (property.computed) this.#used(this.#visit(property.key, scope))
      const value = this.#visit(property.value, scope)
      this.#used(value)
      if (property.key.type === 'Identifier' && !property.computed) fields.set(property.key.name, value)
    }
    return { kind: 'fields', fields }
  }

  #member(node: Extract<AnyNode, { type: 'MemberExpression' }>, scope: Scope): AbstractValue {
    const object = this.#visit(node.object, scope)
    this.#used(object)
    if (node.computed) {
      this.#used(this.#visit(node.property, scope))
      return UNKNOWN
    }
    return node.property.type === 'Identifier' ? field(object, node.property.name) : UNKNOWN
  }

  /** A function that goes where nobody counts how often it is called may ask nothing. */
  #used(value: AbstractValue): void {
    if (value.kind !== 'function') return
    const calls = this.#once(() => this.#enter(value, []))
    if (calls > 0)
      throw new Unbounded('a function that asks a model is called nobody knows how often', value.node.start)
  }

  #enter({ node, scope }: FunctionValue, values: readonly AbstractValue[]): AbstractValue {
    if (this.#running.has(node)) throw new Unbounded('a function calls itself', node.start)
    this.#running.add(node)
    const inner = new Scope(scope)
    for (const [index, param] of node.params.entries()) this.#bind(param, values[index] ?? UNKNOWN, inner)
    const { body } = node
    const value = body.type === 'BlockStatement' ? this.#block(body.body, inner) : this.#visit(body, inner)
    this.#running.delete(node)
    return value
  }

  #arguments(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[] {
    const values = this.#values(args, scope)
    for (const value of values) this.#used(value)
    return values
  }

  #values(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[] {
    return args.map((arg) => this.#visit(arg.type === 'SpreadElement' ? arg.argument : arg, scope))
  }

  #call(node: CallExpression, scope: Scope): AbstractValue {
    const { callee } = node
    if (callee.type === 'MemberExpression') return this.#method(node, callee, scope)
    if (callee.type !== 'Identifier') {
      const called = callee.type === 'Super' ? UNKNOWN : this.#visit(callee, scope)
      const values = this.#arguments(node.arguments, scope)
      return called.kind === 'function' ? this.#enter(called, values) : UNKNOWN
    }
    const own = scope.get(callee.name)
    if (own?.kind === 'function' && !this.#changed.has(callee.name))
      return this.#enter(own, this.#values(node.arguments, scope))
    if (own === undefined && !this.#changed.has(callee.name)) return this.#builtIn(callee.name, node, scope)
    this.#arguments(node.arguments, scope)
    return UNKNOWN
  }

  /** What the names of the REPL make of their arguments; any other name makes nothing of them that is known. */
  #builtIn(name: string, node: CallExpression, scope: Scope): AbstractValue {
    const { arguments: args, start } = node
    const combinator = COMBINATORS.get(name)
    if (combinator !== undefined) return this.#combinator(name, combinator, node, scope)
    const [first = UNKNOWN, second = UNKNOWN] = this.#arguments(args, scope)
    switch (name) {
      case 'docs':
        return listOf(Math.min(this.#reach.length, countOf(field(first, 'limit')) ?? this.#reach.length))
      case 'search':
        return listOf(countOf(second) ?? countOf(field(second, 'k')) ?? SEARCH_DEFAULT)
      case 'grep':
        return { kind: 'matches', most: countOf(field(second, 'limit')) ?? GREP_DEFAULT }
      case 'split':
        return sized(mostParts(this.#reach, splitHow(second)))
      case 'llm_query':
      case 'llmQuery':
        this.#add(1, start)
        return UNKNOWN
      case 'llm_query_batched':
      case 'llmQueryBatched':
        this.#times(sizeOf(first), 1, 'it sends a batch of unknown length', start)
        return first
      default:
        return UNKNOWN
    }
  }

  /** Its callback asks no more than is stated, which the kernel sees to. */
  #combinator(
    name: string,
    combinator: Combinator,
    { arguments: args, start }: CallExpression,
    scope: Scope,
  ): AbstractValue {
    const values = this.#values(args, scope)
    const [over = UNKNOWN] = values
    const { per, at, times, gives } = combinator
    const options = values[at] ?? NO_OPTIONS
    const each = has(options, per) ? countOf(field(options, per)) : options.kind === 'fields' ? 1 : undefined
    if (each === undefined) throw new Unbounded(`${name} does not state its ${per} as a plain number`, start)
    const size = name === 'vote' ? countOf(over) : sizeOf(over)
    const width = has(options, 'width') ? exactOf(field(options, 'width')) : 2
    this.#times(
      size === undefined ? undefined : times(size, width),
      each,
      `${name} is given a list of unknown length`,
      start,
    )
    return gives(size)
  }

  #method(
    node: CallExpression,
    callee: Extract<AnyNode, { type: 'MemberExpression' }>,
    scope: Scope,
  ): AbstractValue {
    const object = callee.object.type === 'Super' ? UNKNOWN : this.#visit(callee.object, scope)
    this.#used(object)
    const name = !callee.computed && callee.property.type === 'Identifier' ? callee.property.name : ''
    const owner = callee.object.type === 'Identifier' ? callee.object.name : ''
    const values = this.#values(node.arguments, scope)
    const [first = UNKNOWN, second = UNKNOWN] = values
    if (owner === 'Promise' && ['all', 'allSettled', 'race', 'any', 'resolve'].includes(name)) return first
    if (owner === 'Array' && name === 'from') return this.#arrayFrom(first, second, node.start)
    if (['then', 'catch', 'finally'].includes(name)) {
      for (const value of values) if (value.kind === 'function') this.#enter(value, [])
      return UNKNOWN
    }
    const size = sizeOf(object)
    if (KEEPING.has(name) || VISITING.has(name)) {
      if (first.kind === 'function') {
        const calls = this.#once(() => this.#enter(first, []))
        this.#times(size, calls, 'it asks a model for each item of a list of unknown length', node.start)
      }
      return KEEPING.has(name) && size !== undefined ? listOf(size) : UNKNOWN
    }
    for (const value of values) this.#used(value)
    if (size === undefined) return UNKNOWN
    if (name === 'slice') {
      const from = node.arguments.length === 0 ? 0 : exactOf(first)
      const to = exactOf(second)
      return listOf(
        from !== undefined && to !== undefined && from >= 0 && to >= 0
          ? Math.min(size, Math.max(0, to - from))
          : size,
      )
    }
    if (name === 'concat') {
      const more = values.map(sizeOf)
      return more.includes(undefined)
        ? UNKNOWN
        : listOf(more.reduce<number>((sum, most) => sum + (most ?? 0), size))
    }
    return UNKNOWN
  }

  #arrayFrom(from: AbstractValue, each: AbstractValue, at: number): AbstractValue {
    const size = from.kind === 'fields' ? countOf(field(from, 'length')) : sizeOf(from)
    if (each.kind === 'function') {
      const calls = this.#once(() => this.#enter(each, []))
      this.#times(size, calls, 'it asks a model for each item of a list of unknown length', at)
    }
    return size === undefined ? UNKNOWN : listOf(size)
  }
}

function named(node: AnyNode | undefined, name: string | undefined): boolean {
  return node?.type === 'Identifier' && node.name === name
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

function* walk(root: AnyNode): Iterable<AnyNode> {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...childrenOf(node))
  }
}
