import type { AnyNode, Program } from 'acorn'
import { boundBy, isFunction, keyOf, walk } from './syntax.ts'

/** Methods that change what they are a method of. */
const GROWING = new Set(['push', 'unshift', 'splice', 'add'])
/** Functions of `Object` and `Reflect` that change what they are given first. */
const WRITING = new Set(['assign', 'defineProperty', 'defineProperties', 'set', 'deleteProperty'])
/** Methods that give a list of their own. */
const FRESH = new Set([
  'map',
  'filter',
  'slice',
  'concat',
  'flat',
  'flatMap',
  'toSorted',
  'toReversed',
  'split',
])

type Call = Extract<AnyNode, { type: 'CallExpression' | 'NewExpression' }>

/** A name whose value grows, or, `within`, something that its value holds. */
interface Grown {
  readonly name: string
  readonly within: boolean
}

/**
 * The names whose lists and objects may become others than they were made: those that something is put into, and those
 * that are another name of the same. Names are told apart by nothing but themselves, so there are rather too many.
 */
export function grownNames(program: Program): ReadonlySet<string> {
  return new Growth(program).names()
}

class Growth {
  readonly #open: Grown[] = []
  readonly #found = new Map<string, boolean>()
  /** What a name is given, and whether it is given the whole of that. */
  readonly #given = new Map<string, { readonly from: AnyNode; readonly whole: boolean }[]>()
  readonly #calls: Call[] = []
  readonly #functions = new Map<string, AnyNode[]>()
  readonly #program: Program

  constructor(program: Program) {
    this.#program = program
  }

  names(): ReadonlySet<string> {
    for (const node of walk(this.#program)) this.#see(node)
    for (const call of this.#calls) this.#passes(call)
    for (const node of walk(this.#program)) this.#changes(node)
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) this.#spread(next)
    return new Set(this.#found.keys())
  }

  #see(node: AnyNode): void {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') this.#calls.push(node)
    if (node.type === 'VariableDeclarator' && node.init) this.#gives(node.id, node.init, true)
    if (node.type === 'AssignmentExpression' || node.type === 'AssignmentPattern')
      this.#gives(node.left, node.right, true)
    if (node.type === 'ForOfStatement') {
      const { left, right } = node
      this.#gives(
        left.type === 'VariableDeclaration' ? (left.declarations[0]?.id ?? left) : left,
        right,
        false,
      )
    }
    for (const [name, made] of functionsBy(node)) {
      if (!isFunction(made)) continue
      this.#functions.set(name, [...(this.#functions.get(name) ?? []), made])
    }
  }

  #gives(target: AnyNode, from: AnyNode, whole: boolean): void {
    for (const name of boundBy(target)) {
      const one = { from, whole: whole && target.type === 'Identifier' }
      this.#given.set(name, [...(this.#given.get(name) ?? []), one])
    }
  }

  /** What a call passes to the functions of the script that it may call. */
  #passes({ callee, arguments: args }: Call): void {
    const direct = callee.type === 'Identifier' ? callee.name : methodOf(callee)
    for (const called of [callee, ...this.#named(direct)])
      if (isFunction(called))
        for (const [at, param] of called.params.entries()) this.#param(param, args[at], args)
    // A callback gets what the call is about: the list, its items, a first value.
    const about = callee.type === 'MemberExpression' ? [callee.object, ...args] : args
    for (const arg of args)
      for (const called of isFunction(arg) ? [arg] : arg.type === 'Identifier' ? this.#named(arg.name) : [])
        if (isFunction(called))
          for (const param of called.params) for (const one of about) this.#gives(param, one, false)
  }

  #param(param: AnyNode, given: AnyNode | undefined, all: readonly AnyNode[]): void {
    if (given !== undefined && all.every(({ type }) => type !== 'SpreadElement'))
      this.#gives(param, given, true)
    else for (const one of all) this.#gives(param, one, false)
  }

  #named(name: string | undefined): readonly AnyNode[] {
    return name === undefined ? [] : (this.#functions.get(name) ?? [])
  }

  #changes(node: AnyNode): void {
    if (node.type === 'AssignmentExpression') this.#written(node.left)
    if (node.type === 'UpdateExpression') this.#written(node.argument)
    if (node.type === 'UnaryExpression' && node.operator === 'delete') this.#written(node.argument)
    if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') this.#written(node.left)
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return
    const { callee } = node
    const method = methodOf(callee)
    if (method !== undefined && GROWING.has(method)) this.#grow(callee.object, false)
    const [first] = node.arguments
    const writes = callee.object.type === 'Identifier' && ['Object', 'Reflect'].includes(callee.object.name)
    if (writes && first && method !== undefined && WRITING.has(method)) this.#grow(first, false)
  }

  /** Members that are given another value. */
  #written(target: AnyNode): void {
    if (target.type === 'MemberExpression') this.#grow(target.object, false)
    else if (target.type === 'ObjectPattern' || target.type === 'ArrayPattern')
      for (const inner of walk(target)) if (inner.type === 'MemberExpression') this.#grow(inner.object, false)
  }

  /** What an expression stands for grows, or, `within`, something in it. */
  #grow(node: AnyNode | null | undefined, within: boolean): void {
    if (!node) return
    switch (node.type) {
      case 'Identifier':
        this.#add({ name: node.name, within })
        break
      case 'MemberExpression':
        this.#grow(node.object, true)
        break
      case 'AwaitExpression':
        this.#grow(node.argument, within)
        break
      case 'ChainExpression':
        this.#grow(node.expression, within)
        break
      case 'ConditionalExpression':
        this.#grow(node.consequent, within)
        this.#grow(node.alternate, within)
        break
      case 'LogicalExpression':
      case 'AssignmentExpression':
        this.#grow(node.left, within)
        this.#grow(node.right, within)
        break
      case 'CallExpression':
      case 'NewExpression':
        this.#growResult(node, within)
        break
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        break
      default:
        if (within || node.type === 'SequenceExpression') this.#growAll(node)
    }
  }

  #growAll(node: AnyNode): void {
    for (const inner of walk(node))
      if (inner.type === 'Identifier') this.#add({ name: inner.name, within: true })
  }

  #growResult({ callee, arguments: args }: Call, within: boolean): void {
    const method = methodOf(callee)
    if (!within && method !== undefined && FRESH.has(method)) return
    if (callee.type === 'MemberExpression') this.#grow(callee.object, true)
    const called = isFunction(callee)
      ? [callee]
      : this.#named(callee.type === 'Identifier' ? callee.name : method)
    for (const one of called) if (isFunction(one)) this.#growReturned(one)
    if (within || method !== undefined || called.length > 0) for (const arg of args) this.#grow(arg, true)
  }

  #growReturned(called: Extract<AnyNode, { params: unknown }>): void {
    if (called.body.type !== 'BlockStatement') this.#grow(called.body as AnyNode, true)
    for (const node of walk(called.body as AnyNode))
      if (node.type === 'ReturnStatement') this.#grow(node.argument, true)
  }

  #add({ name, within }: Grown): void {
    const before = this.#found.get(name)
    if (before === true || before === within || this.#functions.has(name)) return
    this.#found.set(name, within)
    this.#open.push({ name, within })
  }

  #spread({ name, within }: Grown): void {
    for (const { from, whole } of this.#given.get(name) ?? []) this.#grow(from, within || !whole)
    if (!within) return
    for (const { callee, arguments: args } of this.#calls)
      if (
        callee.type === 'MemberExpression' &&
        callee.object.type === 'Identifier' &&
        callee.object.name === name
      )
        for (const arg of args) this.#grow(arg, true)
  }
}

function methodOf(callee: AnyNode): string | undefined {
  return callee.type === 'MemberExpression' ? keyOf(callee.property, callee.computed) : undefined
}

/** Functions that a node gives a name to. */
function functionsBy(node: AnyNode): readonly (readonly [string, AnyNode | null | undefined])[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return node.id ? [[node.id.name, node]] : []
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' ? [[node.id.name, node.init]] : []
    case 'AssignmentExpression': {
      const name = node.left.type === 'Identifier' ? node.left.name : methodOf(node.left)
      return name === undefined ? [] : [[name, node.right]]
    }
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition': {
      const name = keyOf(node.key, node.computed)
      return name === undefined ? [] : [[name, node.value]]
    }
    default:
      return []
  }
}
