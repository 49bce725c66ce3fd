import type { PythonScope } from './python-scopes.ts'
import { bare, type PythonSource } from './python-source.ts'
import { field, type Syntax } from './syntax.ts'

/** A module that no path names: the one that is read, that one by what a variable holds, or any. */
export type UnnamedModule = 'own' | 'likely-own' | 'any'

/** What an expression names, and the scope in which it does. */
export interface Named {
  readonly node: Syntax
  readonly scope: PythonScope
}

/** Longer chains of names for a namespace are not followed. */
const MOST_HOPS = 4

/** Finds where names are kept that code writes as items, by whatever it calls the namespace. */
export class PythonNamespaces {
  readonly #source: PythonSource

  constructor(source: PythonSource) {
    this.#source = source
  }

  /** Whose names the items of an expression are: of `globals()`, `vars(x)` and `x.__dict__`. */
  ofItems(given: Syntax, scope: PythonScope, hops = 0): readonly (UnnamedModule | Named)[] {
    const node = bare(given)
    if (node.type === 'attribute') {
      const object = field(node, 'object')
      const isIt = this.#said(field(node, 'attribute')) === '__dict__' && object !== undefined
      return isIt ? this.#holders(object, scope) : []
    }
    if (node.type !== 'call') return this.#held(node, scope, hops, this.ofItems.bind(this))
    const called = this.#builtin(field(node, 'function'), scope)
    const [of] = field(node, 'arguments')?.kids ?? []
    if (called === 'globals') return ['own']
    if (called !== 'vars' && called !== 'locals') return []
    if (called === 'vars' && of !== undefined) return this.#holders(of, scope)
    return scope.assigned.kind === 'module' ? ['own'] : []
  }

  /** Modules that an expression gets by their names: by `sys.modules` or `import_module`. */
  modules(given: Syntax, scope: PythonScope, hops = 0): readonly UnnamedModule[] {
    const node = bare(given)
    if (node.type === 'subscript') {
      const value = field(node, 'value')
      return value !== undefined && this.#isImported(value, scope, 'sys', 'modules')
        ? [this.#module(field(node, 'subscript'))]
        : []
    }
    if (node.type !== 'call') return this.#held(node, scope, hops, this.modules.bind(this))
    const callee = field(node, 'function')
    const isImport =
      callee !== undefined &&
      (this.#builtin(callee, scope) === '__import__' ||
        this.#isImported(callee, scope, 'importlib', 'import_module'))
    return isImport ? [this.#module(field(node, 'arguments')?.kids[0])] : []
  }

  #holders(object: Syntax, scope: PythonScope): readonly (UnnamedModule | Named)[] {
    const modules = this.modules(object, scope)
    return modules.length > 0 ? modules : [{ node: object, scope }]
  }

  #module(name: Syntax | undefined): UnnamedModule {
    return this.#said(name) === '__name__' ? 'own' : 'any'
  }

  /** The same of what a name holds. */
  #held<T extends UnnamedModule | Named>(
    node: Syntax,
    scope: PythonScope,
    hops: number,
    find: (node: Syntax, scope: PythonScope, hops: number) => readonly T[],
  ): readonly (T | 'likely-own')[] {
    if (hops >= MOST_HOPS) return []
    if (node.type === 'named_expression') {
      const value = field(node, 'value')
      return value === undefined ? [] : find(value, scope, hops + 1)
    }
    const binding = node.type === 'identifier' ? scope.find(this.#source.said(node)) : undefined
    return (binding?.candidates ?? []).flatMap((one) => {
      const held = one.is === 'own' ? this.#source.given.get(one.n) : one.is === 'value' ? one : undefined
      const found = held === undefined || held.given === null ? [] : find(held.given, held.scope, hops + 1)
      return found.map((of) => (of === 'own' ? 'likely-own' : of))
    })
  }

  #isImported(given: Syntax, scope: PythonScope, module: string, name: string): boolean {
    const node = bare(given)
    const object = node.type === 'attribute' ? field(node, 'object') : node
    const isOf = node.type === 'attribute' && this.#said(field(node, 'attribute')) === name
    const binding = object?.type === 'identifier' ? scope.find(this.#source.said(object)) : undefined
    return (binding?.candidates ?? []).some((one) => {
      const from = one.is === 'import' ? this.#source.imports[one.n] : undefined
      return from?.source === module && from.name === (isOf ? '*' : name)
    })
  }

  /** The name of one of Python's own functions. */
  #builtin(node: Syntax | undefined, scope: PythonScope): string {
    const name = node?.type === 'identifier' ? this.#source.said(node) : ''
    return scope.find(name) === undefined ? name : ''
  }

  #said(node: Syntax | undefined): string {
    return node === undefined ? '' : this.#source.said(node)
  }
}
