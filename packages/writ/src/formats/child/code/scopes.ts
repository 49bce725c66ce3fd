import type { CodeReach } from '@writ/contract'
import type { Syntax } from './syntax.ts'

/** What a name is bound to. */
export interface Binding {
  readonly is: 'own' | 'import' | 'local'
  /** The number of the definition or import. */
  readonly n: number
  /** What it is given where it is declared. */
  readonly given: Syntax | null
  /** Members of what is given that a pattern takes. */
  readonly path: readonly string[]
  /** The class that its type names. */
  readonly type: Syntax | null
  /** The scope in which that stands. */
  readonly scope: Scope
  /** Times that it is assigned. */
  writes: number
  /** Times that it is declared. */
  declared: number
  /** What it stands for, once it is known; undefined before. */
  reach: CodeReach | undefined
  /** Whether it is being found out. */
  asked: boolean
}

/** Names in a stretch of source. */
export class Scope {
  readonly parent: Scope | null
  /** Whether `var` stops here. */
  readonly isFunction: boolean
  /** What `this` is there; undefined where a scope does not say. */
  self: CodeReach | undefined
  readonly #names = new Map<string, Binding>()

  constructor(parent: Scope | null, isFunction: boolean) {
    this.parent = parent
    this.isFunction = isFunction
  }

  own(name: string): Binding | undefined {
    return this.#names.get(name)
  }

  set(name: string, binding: Binding): void {
    this.#names.set(name, binding)
  }

  bindings(): Iterable<Binding> {
    return this.#names.values()
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? this.parent?.find(name)
  }

  /** What `this` is, as far as it is known. */
  get thisReach(): CodeReach | undefined {
    return this.self ?? this.parent?.thisReach
  }

  get function(): Scope {
    return this.isFunction || this.parent === null ? this : this.parent.function
  }
}
