import type { Json } from '@writ/contract'
import type { AnyNode, CallExpression, Expression, Node, Program, SpreadElement } from 'acorn'
import {
  type AbstractValue,
  documentsOf,
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
import { asks, type Counting, replCall } from './repl-calls.ts'
import { survey } from './survey.ts'
import { boundBy, childrenOf, keyOf } from './syntax.ts'
import { Tally, Unbounded } from './tally.ts'

/** Statements walked at most: a script that calls its own functions in a doubling way would take for ever. */
const MOST_VISITS = 100_000

/** What stands for an argument that is left out, and for those whose place nobody knows. */
const MISSING: AbstractValue = { kind: 'json', value: undefined }
const SPREAD: readonly AbstractValue[] = [UNKNOWN, UNKNOWN, UNKNOWN]

/**
 * Goes through the text of a script as it would run, and adds up the most calls that it can make. INVARIANT: a function that
 * may ask is either called where it is counted or refused with `used`.
 */
export class Counter implements Counting {
  readonly #program: Program
  readonly reach: Reach
  readonly tally: Tally = new Tally()
  readonly mayType: boolean
  /** Names of which nothing is known. */
  readonly #changed: ReadonlySet<string>
  readonly #running = new Set<Node>()
  /** What the functions that are being gone through return, the innermost last. */
  readonly #returns: AbstractValue[][] = []
  #visits = 0

  readonly #input: Json

  constructor(program: Program, input: Json, reach: Reach) {
    this.#program = program
    this.#input = input
    this.reach = reach
    const { changed, mayType } = survey(program)
    this.#changed = changed
    this.mayType = mayType || JSON.stringify(input).includes('"schema":')
  }

  count(): number {
    const scope = new Scope()
    scope.set('input', ofJson(this.#input))
    this.#block(this.#program.body, scope)
    return this.tally.calls
  }

  #block(body: readonly AnyNode[], above: Scope): void {
    const scope = new Scope(above)
    this.#declare(body, scope)
    for (const node of body) this.#visit(node, scope)
  }

  /** Names of a block hide those outside of it before they are bound, too. */
  #declare(body: readonly AnyNode[], scope: Scope): void {
    for (const node of body) {
      if (node.type === 'VariableDeclaration')
        for (const { id } of node.declarations)
          for (const name of boundBy(id)) scope.set(name, { kind: 'later', at: node.start })
      if (node.type === 'ClassDeclaration' && node.id) scope.set(node.id.name, UNKNOWN)
      if (node.type === 'FunctionDeclaration' && node.id)
        scope.set(node.id.name, { kind: 'function', node, scope })
    }
  }

  /** What a node adds to the calls, and what is known of its value. */
  #visit(node: AnyNode | null | undefined, scope: Scope): AbstractValue {
    if (!node) return UNKNOWN
    this.#visits += 1
    if (this.#visits > MOST_VISITS) throw new Unbounded('it is too involved to count', node.start)
    switch (node.type) {
      case 'BlockStatement':
        this.#block(node.body, scope)
        return UNKNOWN
      case 'FunctionDeclaration':
        if (node.id && this.#changed.has(node.id.name)) this.used({ kind: 'function', node, scope })
        return UNKNOWN
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) this.#bind(id, this.#visit(init, scope), scope)
        return UNKNOWN
      case 'ReturnStatement':
        this.#returned(this.#visit(node.argument, scope))
        return UNKNOWN
      case 'AwaitExpression':
        return this.#visit(node.argument, scope)
      case 'ParenthesizedExpression':
        return this.#visit(node.expression, scope)
      case 'SwitchStatement':
        return this.#switch(node, scope)
      case 'CatchClause': {
        const inner = new Scope(scope)
        if (node.param) this.#bind(node.param, UNKNOWN, inner)
        return this.#visit(node.body, inner)
      }
      case 'MethodDefinition':
      case 'PropertyDefinition':
        return this.#classMember(node, scope)
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
        return this.#named(node.name, node.start, scope)
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
      case 'NewExpression':
        return this.#new(node, scope)
      case 'ChainExpression':
        return this.#visit(node.expression, scope)
      case 'CallExpression':
        return this.#call(node, scope)
      default:
        for (const child of childrenOf(node)) this.used(this.#visit(child, scope))
        return UNKNOWN
    }
  }

  #named(name: string, at: number, scope: Scope): AbstractValue {
    if (this.#changed.has(name)) return UNKNOWN
    const own = scope.get(name)
    if (own !== undefined) return own
    if (name === 'context') return documentsOf(this.reach.length)
    return asks(name) ? { kind: 'asking', name, at } : UNKNOWN
  }

  #switch(node: Extract<AnyNode, { type: 'SwitchStatement' }>, scope: Scope): AbstractValue {
    this.used(this.#visit(node.discriminant, scope))
    const inner = new Scope(scope)
    this.#declare(
      node.cases.flatMap(({ consequent }) => consequent),
      inner,
    )
    for (const one of node.cases) this.used(this.#visit(one, inner))
    return UNKNOWN
  }

  /** A method is a function that anybody may call, and a field is made for every object anew. */
  #classMember(
    { key, computed, value }: Extract<AnyNode, { type: 'MethodDefinition' | 'PropertyDefinition' }>,
    scope: Scope,
  ): AbstractValue {
    if (computed) this.used(this.#visit(key, scope))
    const calls = this.tally.once(() => this.used(this.#visit(value, scope)))
    if (calls > 0) throw new Unbounded('a class asks a model for every object of it', key.start)
    return UNKNOWN
  }

  #new(node: Extract<AnyNode, { type: 'NewExpression' }>, scope: Scope): AbstractValue {
    const { callee } = node
    const made = this.#visit(callee, scope)
    const values = this.#arguments(node.arguments, scope)
    if (made.kind === 'function') this.used(this.enter(made, values))
    else this.used(made)
    const [first] = values
    const isSet = callee.type === 'Identifier' && callee.name === 'Set' && scope.get('Set') === undefined
    return isSet && first?.kind === 'list' ? first : UNKNOWN
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
    switch (target.type) {
      case 'Identifier':
        if (!this.#changed.has(target.name)) scope.set(target.name, value)
        else {
          this.used(value)
          scope.set(target.name, UNKNOWN)
        }
        return
      case 'AssignmentPattern':
        this.#bind(target.left, this.#orElse(value, target.right, scope), scope)
        return
      case 'ObjectPattern':
        this.used(value)
        for (const property of target.properties) {
          if (property.type !== 'Property') this.#unbind(property, scope)
          else {
            if (property.computed) this.used(this.#visit(property.key, scope))
            const name = keyOf(property.key, property.computed)
            this.#bind(property.value, name === undefined ? UNKNOWN : field(value, name), scope)
          }
        }
        return
      case 'ArrayPattern':
        this.used(value)
        for (const element of target.elements) if (element !== null) this.#bind(element, UNKNOWN, scope)
        return
      default:
        this.used(value)
        this.#unbind(target, scope)
    }
  }

  /** A value, or what stands for one that is not there. */
  #orElse(value: AbstractValue, otherwise: Expression, scope: Scope): AbstractValue {
    if (value.kind === 'number' || value.kind === 'list') return value
    const other = this.#visit(otherwise, scope)
    if (value.kind === 'json' && value.value === undefined) return other
    this.used(value)
    this.used(other)
    return UNKNOWN
  }

  /** Names of a pattern of which nothing is known; they hide those outside. */
  #unbind(target: AnyNode, scope: Scope): void {
    for (const name of boundBy(target)) scope.set(name, UNKNOWN)
  }

  #forOf(node: Extract<AnyNode, { type: 'ForOfStatement' }>, scope: Scope): AbstractValue {
    const over = this.#visit(node.right, scope)
    const calls = this.tally.once(() => {
      const inner = new Scope(scope)
      if (node.left.type === 'VariableDeclaration')
        for (const { id } of node.left.declarations) this.#bind(id, UNKNOWN, inner)
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
    let open = false
    for (const property of node.properties) {
      const spread = property.type === 'SpreadElement'
      if (!spread && property.computed) this.used(this.#visit(property.key, scope))
      const value = this.#visit(spread ? property.argument : property.value, scope)
      this.used(value)
      const name = spread ? undefined : keyOf(property.key, property.computed)
      if (name !== undefined) fields.set(name, value)
      else {
        // It may be any of those before.
        fields.clear()
        open = true
      }
    }
    return { kind: 'fields', fields, open }
  }

  #member(node: Extract<AnyNode, { type: 'MemberExpression' }>, scope: Scope): AbstractValue {
    const object = this.#visit(node.object, scope)
    this.used(object)
    if (node.computed) this.used(this.#visit(node.property, scope))
    const name = keyOf(node.property, node.computed)
    return name === undefined ? UNKNOWN : field(object, name)
  }

  /** A function that goes where nobody counts how often it is called may ask nothing, nor may what it returns. */
  used(value: AbstractValue): void {
    if (value.kind === 'asking')
      throw new Unbounded(`it uses ${value.name} other than by calling it`, value.at)
    if (value.kind === 'later') throw new Unbounded('it uses a name before it is bound', value.at)
    if (value.kind !== 'function') return
    const calls = this.tally.once(() => this.used(this.enter(value, [])))
    if (calls > 0)
      throw new Unbounded('a function that asks a model is called nobody knows how often', value.node.start)
  }

  enter({ node, scope }: FunctionValue, values: readonly AbstractValue[]): AbstractValue {
    if (this.#running.has(node)) {
      if (this.tally.held) return UNKNOWN
      throw new Unbounded('a function calls itself', node.start)
    }
    this.#running.add(node)
    const inner = new Scope(scope)
    if (node.type === 'FunctionExpression' && node.id)
      inner.set(node.id.name, { kind: 'function', node, scope })
    for (const [index, param] of node.params.entries()) this.#bind(param, values[index] ?? MISSING, inner)
    const rest = node.params.at(-1)?.type === 'RestElement' ? 1 : 0
    for (const value of values.slice(node.params.length - rest)) this.used(value)
    this.#returns.push([])
    const { body } = node
    if (body.type === 'BlockStatement') this.#block(body.body, inner)
    else this.#returned(this.#visit(body, inner))
    const [first = UNKNOWN, ...others] = this.#returns.pop() ?? []
    this.#running.delete(node)
    if (node.generator) {
      for (const value of [first, ...others]) this.used(value)
      return UNKNOWN
    }
    if (others.length === 0) return first
    for (const value of [first, ...others]) this.used(value)
    return others.reduce(either, first)
  }

  #returned(value: AbstractValue): void {
    const returns = this.#returns.at(-1)
    if (returns === undefined) this.used(value)
    else returns.push(value)
  }

  #arguments(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[] {
    const values = this.values(args, scope)
    for (const value of values) this.used(value)
    return values
  }

  values(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[] {
    const values: AbstractValue[] = []
    let spread = false
    for (const arg of args) {
      spread ||= arg.type === 'SpreadElement'
      const value = this.#visit(arg.type === 'SpreadElement' ? arg.argument : arg, scope)
      if (spread) this.used(value)
      values.push(spread ? UNKNOWN : value)
    }
    // Nobody knows which places what is spread takes.
    return spread ? [...values, ...SPREAD] : values
  }

  #call(node: CallExpression, scope: Scope): AbstractValue {
    const { callee } = node
    if (callee.type === 'MemberExpression') return this.#method(node, callee, scope)
    if (callee.type === 'Identifier') {
      if (this.#changed.has(callee.name))
        throw new Unbounded('it calls a name that is given another value', callee.start)
      if (scope.get(callee.name) === undefined) return replCall(this, callee.name, node, scope)
    }
    const called = callee.type === 'Super' ? UNKNOWN : this.#visit(callee, scope)
    if (called.kind === 'function') return this.enter(called, this.values(node.arguments, scope))
    if (called.kind === 'asking') return replCall(this, called.name, node, scope)
    this.used(called)
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
    if (callee.computed) this.used(this.#visit(callee.property, scope))
    const name = keyOf(callee.property, callee.computed) ?? ''
    const owner =
      callee.object.type === 'Identifier' && scope.get(callee.object.name) === undefined
        ? callee.object.name
        : ''
    const values = this.values(node.arguments, scope)
    return methodCall(this, { owner, name, object, values, at: node.start })
  }
}
