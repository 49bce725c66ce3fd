import type { Json } from '@writ/contract'
import type { AnyNode, CallExpression, Expression, Node, Program, SpreadElement } from 'acorn'
import {
  type AbstractValue,
  either,
  type FunctionValue,
  field,
  listOf,
  numberOf,
  ofJson,
  Scope,
  sizeOf,
  UNKNOWN,
} from './abstract-value.ts'
import type { Reach } from './call-bounds.ts'
import { type Loop, turnsOf } from './loop-turns.ts'
import { methodCall } from './method-calls.ts'
import { type Counting, replCall } from './repl-calls.ts'
import { survey } from './survey.ts'
import { childrenOf, walk } from './syntax.ts'
import { Tally, Unbounded } from './tally.ts'

/** Statements walked at most: a script that calls its own functions in a doubling way would take for ever. */
const MOST_VISITS = 100_000

/**
 * Goes through the text of a script as it would run, and adds up the most calls that it can make. INVARIANT: a function that
 * may ask is either called where it is counted or refused with `used`.
 */
export class Counter implements Counting {
  readonly #program: Program
  readonly reach: Reach
  readonly tally: Tally = new Tally()
  /** Names that are given another value, or whose list grows, somewhere. */
  readonly #changed: ReadonlySet<string>
  readonly #running = new Set<Node>()
  #visits = 0

  constructor(program: Program, reach: Reach) {
    this.#program = program
    this.reach = reach
    this.#changed = survey(program)
  }

  count(input: Json): number {
    const scope = new Scope()
    scope.set('input', { kind: 'json', value: input })
    this.#block(this.#program.body, scope)
    return this.tally.calls
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
        this.used(this.#visit(node.test, scope))
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
        for (const child of childrenOf(node)) this.used(this.#visit(child, scope))
        return UNKNOWN
    }
  }

  #either([one, other]: readonly [Expression, Expression], scope: Scope): AbstractValue {
    const values = [this.#visit(one, scope), this.#visit(other, scope)] as const
    for (const value of values) this.used(value)
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
    this.used(first)
    this.used(this.#visit(right, scope))
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

  #forOf(node: Extract<AnyNode, { type: 'ForOfStatement' }>, scope: Scope): AbstractValue {
    const over = this.#visit(node.right, scope)
    const calls = this.tally.once(() => {
      const inner = new Scope(scope)
      if (node.left.type === 'VariableDeclaration')
        for (const { id } of node.left.declarations) this.#unbind(id, inner)
      this.#visit(node.body, inner)
    })
    this.tally.times(
      sizeOf(over),
      calls,
      'it asks a model in a loop over a list of unknown length',
      node.start,
    )
    return UNKNOWN
  }

  /** A loop whose turns are not counted may ask nothing; `for (let i = 0; i < 3; i += 1)` has turns that are. */
  #loop(node: Loop, scope: Scope): AbstractValue {
    const inner = new Scope(scope)
    const calls = this.tally.once(() => {
      for (const child of childrenOf(node)) this.used(this.#visit(child, inner))
    })
    this.tally.times(
      turnsOf(node, (part) => this.#visit(part, scope)),
      calls,
      'it asks a model in a loop without a count',
      node.start,
    )
    return UNKNOWN
  }

  #array(elements: readonly (Expression | SpreadElement | null)[], scope: Scope): AbstractValue {
    let most: number | undefined = 0
    for (const element of elements) {
      const spread = element?.type === 'SpreadElement'
      const value = this.#visit(spread ? element.argument : element, scope)
      this.used(value)
      const size = spread ? sizeOf(value) : 1
      most = most === undefined || size === undefined ? undefined : most + size
    }
    return most === undefined ? UNKNOWN : listOf(most)
  }

  #object(node: Extract<AnyNode, { type: 'ObjectExpression' }>, scope: Scope): AbstractValue {
    const fields = new Map<string, AbstractValue>()
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        this.used(this.#visit(property.argument, scope))
        continue
      }
      if (property.computed) this.used(this.#visit(property.key, scope))
      const value = this.#visit(property.value, scope)
      this.used(value)
      if (property.key.type === 'Identifier' && !property.computed) fields.set(property.key.name, value)
    }
    return { kind: 'fields', fields }
  }

  #member(node: Extract<AnyNode, { type: 'MemberExpression' }>, scope: Scope): AbstractValue {
    const object = this.#visit(node.object, scope)
    this.used(object)
    if (node.computed) {
      this.used(this.#visit(node.property, scope))
      return UNKNOWN
    }
    return node.property.type === 'Identifier' ? field(object, node.property.name) : UNKNOWN
  }

  /** A function that goes where nobody counts how often it is called may ask nothing. */
  used(value: AbstractValue): void {
    if (value.kind !== 'function') return
    const calls = this.tally.once(() => this.enter(value, []))
    if (calls > 0)
      throw new Unbounded('a function that asks a model is called nobody knows how often', value.node.start)
  }

  enter({ node, scope }: FunctionValue, values: readonly AbstractValue[]): AbstractValue {
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
    const values = this.values(args, scope)
    for (const value of values) this.used(value)
    return values
  }

  values(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[] {
    return args.map((arg) => this.#visit(arg.type === 'SpreadElement' ? arg.argument : arg, scope))
  }

  #call(node: CallExpression, scope: Scope): AbstractValue {
    const { callee } = node
    if (callee.type === 'MemberExpression') return this.#method(node, callee, scope)
    if (callee.type !== 'Identifier') {
      const called = callee.type === 'Super' ? UNKNOWN : this.#visit(callee, scope)
      const values = this.#arguments(node.arguments, scope)
      return called.kind === 'function' ? this.enter(called, values) : UNKNOWN
    }
    const own = scope.get(callee.name)
    if (own?.kind === 'function' && !this.#changed.has(callee.name))
      return this.enter(own, this.values(node.arguments, scope))
    if (own === undefined && !this.#changed.has(callee.name)) return replCall(this, callee.name, node, scope)
    this.#arguments(node.arguments, scope)
    return UNKNOWN
  }

  #method(
    node: CallExpression,
    callee: Extract<AnyNode, { type: 'MemberExpression' }>,
    scope: Scope,
  ): AbstractValue {
    const object = callee.object.type === 'Super' ? UNKNOWN : this.#visit(callee.object, scope)
    this.used(object)
    const name = !callee.computed && callee.property.type === 'Identifier' ? callee.property.name : ''
    const owner = callee.object.type === 'Identifier' ? callee.object.name : ''
    const values = this.values(node.arguments, scope)
    return methodCall(this, { owner, name, object, values, at: node.start })
  }
}
