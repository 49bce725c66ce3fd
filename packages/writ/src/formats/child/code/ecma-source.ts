import type { CodeReach } from '@writ/contract'
import { FoundFacts } from './found-facts.ts'
import { type Binding, Scope } from './scopes.ts'
import { field, type Syntax } from './syntax.ts'

/** A class, object or function whose members are defined in the file. */
export interface Members {
  readonly fixed: Map<string, number>
  readonly ofInstance: Map<string, number>
}

/** What is found out about one file of JavaScript or TypeScript. */
export class EcmaSource extends FoundFacts {
  /** The scope that a node opens. */
  readonly scopes: Map<Syntax, Scope> = new Map()
  /** The definition that a node is. */
  readonly defined: Map<Syntax, number> = new Map()
  readonly members: Map<number, Members> = new Map()
  /** Definitions that hold what an expression gives, and the scope of that. */
  readonly valued: {
    readonly n: number
    readonly node: Syntax
    readonly scope: Scope
    /** Whether something else may stand there. */
    readonly loose: boolean
  }[] = []
  readonly top: Scope = new Scope(null, true)

  member(of: number, name: string, n: number, fixed: boolean): void {
    const members = this.members.get(of) ?? { fixed: new Map(), ofInstance: new Map() }
    this.members.set(of, members)
    const side = fixed ? members.fixed : members.ofInstance
    if (!side.has(name)) side.set(name, n)
  }

  bind(scope: Scope, name: string, binding: Bound): Binding {
    const before = scope.own(name)
    if (before !== undefined) {
      before.declared += 1
      return before
    }
    const made: Binding = {
      given: null,
      path: [],
      type: null,
      ...binding,
      scope: binding.scope ?? scope,
      writes: 0,
      declared: 1,
      reach: undefined,
      asked: false,
    }
    scope.set(name, made)
    return made
  }
}

type Bound = Pick<Binding, 'is' | 'n'> & Partial<Pick<Binding, 'given' | 'path' | 'type' | 'scope'>>

const WRAPPERS: ReadonlySet<string> = new Set([
  'parenthesized_expression',
  'non_null_expression',
  'as_expression',
  'satisfies_expression',
  'await_expression',
])

/** An expression without what does not change which value it is. */
export function bare(node: Syntax): Syntax {
  let at = node
  while (WRAPPERS.has(at.type)) {
    const [inner] = at.kids
    if (inner === undefined) return at
    at = inner
  }
  return at
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
  'class_static_block',
])

export function isFunction(node: Syntax): boolean {
  return FUNCTIONS.has(node.type)
}

const CLASSES: ReadonlySet<string> = new Set(['class_declaration', 'abstract_class_declaration', 'class'])

export function isClass(node: Syntax): boolean {
  return CLASSES.has(node.type)
}

/** The name of a member; undefined where it is computed. */
export function memberName(source: EcmaSource, key: Syntax | undefined): string | undefined {
  switch (key?.type) {
    case 'property_identifier':
    case 'private_property_identifier':
    case 'shorthand_property_identifier':
    case 'shorthand_property_identifier_pattern':
    case 'identifier':
      return source.said(key)
    case 'string':
      return source.said(key).slice(1, -1)
    default:
      return undefined
  }
}

/** A specifier, and whether `require` takes it. */
export interface ImportedFrom {
  readonly from: string
  readonly common: boolean
}

/** The specifier of `require('…')` or `import('…')`, where `require` is what Node gives. */
export function required(source: EcmaSource, given: Syntax, scope: Scope): ImportedFrom | undefined {
  const call = bare(given)
  if (call.type !== 'call_expression') return undefined
  const callee = field(call, 'function')
  const [text, more] = field(call, 'arguments')?.kids ?? []
  if (callee === undefined || text?.type !== 'string' || more !== undefined) return undefined
  const from = source.said(text).slice(1, -1)
  if (callee.type === 'import') return { from, common: false }
  const isRequire = callee.type === 'identifier' && source.said(callee) === 'require'
  return isRequire && scope.find('require') === undefined ? { from, common: true } : undefined
}

export const NOWHERE: CodeReach = { root: 'value', n: 0, path: [], loose: false }
