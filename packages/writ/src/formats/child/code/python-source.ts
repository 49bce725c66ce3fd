import { FoundFacts } from './found-facts.ts'
import { type Candidate, type PythonBinding, PythonScope } from './python-scopes.ts'
import type { Syntax } from './syntax.ts'

/** What is found out about one file of Python. */
export class PythonSource extends FoundFacts {
  /** The scope that a node opens. */
  readonly scopes: Map<Syntax, PythonScope> = new Map()
  /** The definition that a node is. */
  readonly defined: Map<Syntax, number> = new Map()
  /** Numbers of imports that bring in every name of a module. */
  readonly stars: number[] = []
  /** What variables and fields are given where they are defined. */
  readonly given: Map<number, Extract<Candidate, { readonly is: 'value' }>> = new Map()
  readonly #imported = new Map<string, number>()
  readonly top: PythonScope = new PythonScope('module', null)
  /** Whether names of the module may be changed by what names none, as `globals()[name] = value` does. */
  isDynamic = false

  /** The number of an import: the same for what is imported twice. */
  importOf(from: string, name: string): number {
    const key = `${from} ${name}`
    const n = this.#imported.get(key) ?? this.import(from, name, false)
    this.#imported.set(key, n)
    return n
  }

  bind(scope: PythonScope, name: string, candidate: Candidate): PythonBinding {
    const binding: PythonBinding = scope.names.get(name) ?? {
      candidates: [],
      loose: false,
      stars: this.stars.length,
    }
    scope.names.set(name, binding)
    binding.candidates.push(candidate)
    return binding
  }
}

/** An expression without parentheses. */
export function bare(node: Syntax): Syntax {
  let at = node
  while (at.type === 'parenthesized_expression') {
    const [inner] = at.kids
    if (inner === undefined) return at
    at = inner
  }
  return at
}

/** The name of a member as it is kept: that of a private one of a class has the name of the class. */
export function memberName(name: string, className: string | null): string {
  const isPrivate = className !== null && name.startsWith('__') && !name.endsWith('__')
  const bareClass = className?.replace(/^_+/, '') ?? ''
  return isPrivate && bareClass !== '' ? `_${bareClass}${name}` : name
}

/** What a literal says, where it is a text of one piece. */
export function stringOf(source: PythonSource, node: Syntax | undefined): string | undefined {
  const said = node?.type === 'string' && node.kids.length === 3 ? node.kids[1] : undefined
  return said?.type === 'string_content' ? source.said(said) : undefined
}

/** The names among the places that an assignment assigns, and what else it assigns. */
export function targets(node: Syntax): readonly Syntax[] {
  switch (node.type) {
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'list_splat_pattern':
    case 'expression_list':
    case 'parenthesized_expression':
    case 'tuple':
    case 'list':
    case 'list_splat':
    case 'as_pattern_target':
      return node.kids.flatMap(targets)
    default:
      return [node]
  }
}
