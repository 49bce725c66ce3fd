import type { CodeReach } from '@writ/contract'
import { INSTANCE_STEP, THIS_STEP } from './path-steps.ts'
import { isBuiltin, LITERALS } from './python-names.ts'
import type { Candidate, PythonBinding, PythonScope } from './python-scopes.ts'
import { bare, memberName, type PythonSource, stringOf } from './python-source.ts'
import { field, type Syntax } from './syntax.ts'

/** Longer chains of members are not followed, nor more meanings of one expression. */
const LONGEST_PATH = 12
const MOST_MEANINGS = 16

export const NOWHERE: CodeReach = { root: 'value', n: 0, path: [], loose: false }

/** Says what expressions of a file name: several things where it may be one or the other. */
export class PythonReaches {
  readonly #source: PythonSource
  /** What names stand for: each is found out once, and is nothing while it is. */
  readonly #known = new Map<PythonBinding, readonly CodeReach[]>()

  constructor(source: PythonSource) {
    this.#source = source
  }

  /** What an expression names, where that is one thing or the first of several. */
  one(node: Syntax, scope: PythonScope): CodeReach {
    return this.of(node, scope)[0] ?? NOWHERE
  }

  of(given: Syntax, scope: PythonScope): readonly CodeReach[] {
    const node = bare(given)
    switch (node.type) {
      case 'identifier':
        return this.#standing(node, scope)
      case 'attribute':
        return this.#attribute(node, scope)
      case 'call':
        return this.#call(node, scope)
      case 'named_expression': {
        const value = field(node, 'value')
        return value === undefined ? [NOWHERE] : this.of(value, scope)
      }
      case 'conditional_expression':
        return this.#either([node.kids[0], node.kids[2]], scope)
      case 'boolean_operator':
        return this.#either(node.kids, scope)
      default: {
        const made = LITERALS[node.type]
        return [
          made === undefined ? NOWHERE : { root: 'free', n: 0, path: [made, INSTANCE_STEP], loose: false },
        ]
      }
    }
  }

  #either(nodes: readonly (Syntax | undefined)[], scope: PythonScope): readonly CodeReach[] {
    return distinct(
      nodes
        .flatMap((one) => (one === undefined ? [] : this.of(one, scope)))
        .map((reach) => ({ ...reach, loose: true })),
    )
  }

  /** What a name stands for where it is written: a class or module that runs has what it defines below only later. */
  #standing(node: Syntax, scope: PythonScope): readonly CodeReach[] {
    const name = this.#source.said(node)
    const found = this.named(name, scope)
    const binding = scope.kind === 'class' || scope.kind === 'module' ? scope.names.get(name) : undefined
    if (binding === undefined) return found
    const at = this.#source.at(node.start)
    const isBefore = binding.candidates.every(
      (one) => one.is === 'own' && (this.#source.definitions[one.n]?.start ?? 0) > at,
    )
    const around = scope.kind === 'class' ? scope.around(name) : undefined
    if (!isBefore || (around === undefined && !isBuiltin(name))) return found
    const before: readonly CodeReach[] =
      around === undefined
        ? [{ root: 'free', n: 0, path: [name], loose: true }]
        : this.#bound(around, this.#source.top.names.get(name) === around)
    return distinct([...before, ...found].map((reach) => ({ ...reach, loose: true })))
  }

  named(name: string, scope: PythonScope): readonly CodeReach[] {
    const binding = scope.find(name)
    const { stars, top } = this.#source
    if (binding === undefined) {
      const free: CodeReach = { root: 'free', n: 0, path: [name], loose: false }
      if (stars.length === 0 || isBuiltin(name)) return [free]
      return stars.slice(0, MOST_MEANINGS).map((n) => ({ root: 'import', n, path: [name], loose: true }))
    }
    const isOfModule = top.names.get(name) === binding
    return this.#bound(binding, isOfModule)
  }

  /** What a name of a module may stand for. */
  handedOn(binding: PythonBinding): readonly CodeReach[] {
    return this.#bound(binding, true)
  }

  #bound(binding: PythonBinding, isOfModule: boolean): readonly CodeReach[] {
    const known = this.#known.get(binding)
    if (known !== undefined) return known
    this.#known.set(binding, [NOWHERE])
    const found = this.#found(binding, isOfModule)
    this.#known.set(binding, found)
    return found
  }

  #found(binding: PythonBinding, isOfModule: boolean): readonly CodeReach[] {
    const loose = this.isLoose(binding, isOfModule)
    const found = distinct(binding.candidates.flatMap((one) => this.#candidate(one)))
    const known = found.filter(({ root }) => root !== 'value')
    if (known.length === 0) return [NOWHERE]
    return loose ? known.map((reach) => ({ ...reach, loose: true })) : known
  }

  /** Whether a name may stand for something else than what binds it first. */
  isLoose(binding: PythonBinding, isOfModule: boolean): boolean {
    const { isDynamic, stars } = this.#source
    if (binding.loose || (isOfModule && (isDynamic || binding.stars < stars.length))) return true
    const [first, ...more] = binding.candidates
    return more.some((one) => first?.is !== 'import' || one.is !== 'import' || one.n !== first.n)
  }

  #candidate(one: Candidate): readonly CodeReach[] {
    switch (one.is) {
      case 'own':
      case 'import':
        return [{ root: one.is, n: one.n, path: [], loose: false }]
      case 'self':
        return [{ root: 'own', n: one.n, path: [THIS_STEP], loose: false }]
      case 'cls':
        // An heir may be the class instead.
        return [{ root: 'own', n: one.n, path: [], loose: true }]
      default:
        return this.held(one)
    }
  }

  /** What a value names, or what its type tells. */
  held({ given, type, scope }: Extract<Candidate, { readonly is: 'value' }>): readonly CodeReach[] {
    const found = given === null ? [] : this.of(given, scope).filter(({ root }) => root !== 'value')
    if (found.length > 0 || type === null) return found.length > 0 ? found : [NOWHERE]
    const typed = this.one(type, scope)
    // Something else may look like an instance of that class.
    return [typed.root === 'free' ? NOWHERE : { ...further(typed, THIS_STEP), loose: true }]
  }

  #attribute(node: Syntax, scope: PythonScope): readonly CodeReach[] {
    const object = field(node, 'object')
    const key = field(node, 'attribute')
    if (object === undefined || key === undefined) return [NOWHERE]
    const name = memberName(this.#source.said(key), scope.className)
    if (name === '__class__') return [NOWHERE]
    const isClass = object.type === 'identifier' && this.#isClassParameter(object, scope)
    return this.of(object, scope).map((reach) =>
      further(isClass ? { ...reach, path: [...reach.path, THIS_STEP], loose: false } : reach, name),
    )
  }

  /** Whether a name is the class that a class method is given. */
  #isClassParameter(object: Syntax, scope: PythonScope): boolean {
    const candidates = scope.find(this.#source.said(object))?.candidates
    return candidates?.length === 1 && candidates[0]?.is === 'cls'
  }

  #call(node: Syntax, scope: PythonScope): readonly CodeReach[] {
    const callee = field(node, 'function')
    if (callee === undefined) return [NOWHERE]
    const name = callee.type === 'identifier' ? this.#source.said(callee) : ''
    const given = field(node, 'arguments')?.kids ?? []
    const isOwn = name !== '' && scope.find(name) === undefined
    if (isOwn && name === 'super') return [this.#super(given, scope)]
    if (isOwn && name === 'getattr') return this.#getattr(given, scope)
    if (isOwn && name === 'type') return [NOWHERE]
    return this.of(callee, scope).map((reach) => further(reach, INSTANCE_STEP))
  }

  #super([of]: readonly Syntax[], scope: PythonScope): CodeReach {
    const n = scope.class
    if (n === undefined) return NOWHERE
    if (of !== undefined) {
      const named = this.one(of, scope)
      if (named.root !== 'own' || named.n !== n || named.path.length > 0) return NOWHERE
    }
    return { root: 'super', n, path: [INSTANCE_STEP], loose: false }
  }

  #getattr([object, name]: readonly Syntax[], scope: PythonScope): readonly CodeReach[] {
    const said = stringOf(this.#source, name)
    if (object === undefined || said === undefined) return [NOWHERE]
    return this.of(object, scope).map((reach) => ({
      ...further(reach, said),
      loose: true,
    }))
  }
}

export function further(reach: CodeReach, name: string): CodeReach {
  if (reach.path.length >= LONGEST_PATH) return NOWHERE
  return { ...reach, path: [...reach.path, name] }
}

function distinct(reaches: readonly CodeReach[]): readonly CodeReach[] {
  if (reaches.length < 2) return reaches
  const seen = new Map(reaches.map((one) => [`${one.root} ${one.n} ${one.path.join('.')}`, one]))
  return [...seen.values()].slice(0, MOST_MEANINGS)
}
