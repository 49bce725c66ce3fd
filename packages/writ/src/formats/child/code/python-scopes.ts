import type { Syntax } from './syntax.ts'

/** One place that binds a name, and to what. */
export type Candidate =
  | { readonly is: 'own' | 'import'; readonly n: number }
  /** A value that is given there; null where it is not known. */
  | {
      readonly is: 'value'
      readonly given: Syntax | null
      readonly type: Syntax | null
      readonly scope: PythonScope
    }
  /** The first parameter of a method: an instance of its class, or the class. */
  | { readonly is: 'self' | 'cls'; readonly n: number }

/** A name of a scope, with every place that binds it. */
export interface PythonBinding {
  readonly candidates: Candidate[]
  /** Whether something that binds no name may change it. */
  loose: boolean
  /** How many imports of every name stand before it. */
  readonly stars: number
}

type ScopeKind = 'module' | 'class' | 'function' | 'comprehension'

/** Names of a module, class, function or comprehension. */
export class PythonScope {
  readonly kind: ScopeKind
  readonly parent: PythonScope | null
  /** The number of the definition of a class. */
  readonly of: number | null
  /** The name of the class, which private names are known by. */
  readonly className: string | null
  readonly names: Map<string, PythonBinding> = new Map()
  /** Names that a function says are those of its module, or of the function around it. */
  readonly globals: Set<string> = new Set()
  readonly nonlocals: Set<string> = new Set()

  constructor(
    kind: ScopeKind,
    parent: PythonScope | null,
    of: number | null = null,
    className: string | null = null,
  ) {
    this.kind = kind
    this.parent = parent
    this.of = of
    this.className = className ?? parent?.className ?? null
  }

  get module(): PythonScope {
    return this.parent === null ? this : this.parent.module
  }

  /** The scope in which a name is bound that is assigned here. */
  holder(name: string): PythonScope {
    if (this.globals.has(name)) return this.module
    if (!this.nonlocals.has(name)) return this
    for (let at = this.parent; at !== null; at = at.parent)
      if (at.kind === 'function' && at.names.has(name)) return at.holder(name)
    return this
  }

  find(name: string): PythonBinding | undefined {
    const own = this.holder(name)
    const found = own.names.get(name)
    if (found !== undefined || own !== this) return found
    return this.around(name)
  }

  /** What a name is bound to around a scope. Names of a class are not seen by the functions in it. */
  around(name: string): PythonBinding | undefined {
    for (let at = this.parent; at !== null; at = at.parent) if (at.kind !== 'class') return at.find(name)
    return undefined
  }

  /** The class that a function stands in; undefined where it stands in none. */
  get class(): number | undefined {
    return this.kind === 'class' ? (this.of ?? undefined) : this.parent?.class
  }

  /** The scope that is assigned to within: a comprehension keeps only its own variables. */
  get assigned(): PythonScope {
    return this.kind === 'comprehension' && this.parent !== null ? this.parent.assigned : this
  }
}
