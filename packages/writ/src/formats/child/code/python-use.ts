import type { CodeReach, UseKind } from '@writ/contract'
import { ANY_MEMBER, ANY_MODULE, OWN_MODULE } from './path-steps.ts'
import { importedNames } from './python-imports.ts'
import { MUTATORS } from './python-names.ts'
import { PythonNamespaces, type UnnamedModule } from './python-namespaces.ts'
import { further, NOWHERE, type PythonReaches } from './python-reach.ts'
import { PythonScope } from './python-scopes.ts'
import { bare, memberName, type PythonSource, stringOf, targets } from './python-source.ts'
import { field, type Syntax } from './syntax.ts'

/** Where a use stands. */
interface Place {
  readonly scope: PythonScope
  readonly within: number | null
  readonly inFunction: boolean
}

/** Finds the places that use names, once all names are bound. */
export function findUses(source: PythonSource, reaches: PythonReaches, root: Syntax): void {
  new Finding(source, reaches).each(root, { scope: source.top, within: null, inFunction: false })
}

class Finding {
  readonly #source: PythonSource
  readonly #reaches: PythonReaches
  readonly #namespaces: PythonNamespaces

  constructor(source: PythonSource, reaches: PythonReaches) {
    this.#source = source
    this.#reaches = reaches
    this.#namespaces = new PythonNamespaces(source)
  }

  each(node: Syntax, place: Place): void {
    for (const kid of node.kids) this.#visit(kid, place)
  }

  #visit(node: Syntax, place: Place): void {
    const source = this.#source
    if (source.names.has(node)) return
    switch (node.type) {
      case 'identifier':
      case 'attribute':
        this.#read(node, place)
        return
      case 'call':
        this.#call(node, place)
        return
      case 'decorator':
        this.#decorator(node, place)
        return
      case 'function_definition':
        this.#function(node, place)
        return
      case 'lambda': {
        const inner = {
          scope: this.#scope(node, place),
          within: source.defined.get(node) ?? place.within,
          inFunction: true,
        }
        for (const kid of node.kids)
          if (kid.field === 'parameters') this.#parameters(kid, place)
          else this.#visit(kid, inner)
        return
      }
      case 'class_definition':
        this.#class(node, place)
        return
      case 'list_comprehension':
      case 'set_comprehension':
      case 'dictionary_comprehension':
      case 'generator_expression':
        this.#comprehension(node, place)
        return
      case 'import_statement':
      case 'import_from_statement':
        for (const { shown, local } of importedNames(source, node)) {
          for (const reach of this.#reaches.named(local, place.scope))
            if (reach.root === 'import') this.#emit('import', shown, reach, place)
          this.#writeName(shown, local, place)
        }
        return
      case 'future_import_statement':
      case 'global_statement':
      case 'nonlocal_statement':
        return
      case 'assignment': {
        this.#write(field(node, 'left'), place)
        for (const kid of node.kids) if (kid.field !== 'left') this.#visit(kid, place)
        return
      }
      case 'augmented_assignment': {
        this.#write(field(node, 'left'), place)
        const right = field(node, 'right')
        if (right !== undefined) this.#visit(right, place)
        return
      }
      case 'for_statement':
        for (const kid of node.kids)
          if (kid.field === 'left') this.#write(kid, place)
          else this.#visit(kid, place)
        return
      case 'delete_statement':
        for (const kid of node.kids) this.#write(kid, place)
        return
      case 'named_expression': {
        const value = field(node, 'value')
        this.#write(field(node, 'name'), { ...place, scope: place.scope.assigned })
        if (value !== undefined) this.#visit(value, place)
        return
      }
      case 'as_pattern_target':
        this.#write(node, place)
        return
      case 'keyword_argument': {
        const value = field(node, 'value')
        if (value !== undefined) this.#visit(value, place)
        return
      }
      case 'case_pattern':
        this.#pattern(node, place)
        return
      default:
        this.each(node, place)
    }
  }

  #scope(node: Syntax, place: Place): PythonScope {
    return this.#source.scopes.get(node) ?? new PythonScope('function', place.scope)
  }

  /** Of a pattern, classes and constants are read; other names are bound. */
  #pattern(node: Syntax, place: Place): void {
    for (const [at, kid] of node.kids.entries()) {
      // `str() as name`, `*name`, `**name`; of `x=1` the first is no name that is bound.
      if (kid.type === 'identifier') {
        if (node.type !== 'keyword_pattern' || at > 0) this.#writeName(kid, this.#source.said(kid), place)
      } else if (kid.type !== 'dotted_name') this.#pattern(kid, place)
      else if (node.type === 'class_pattern' || kid.kids.length > 1) {
        const [first, ...rest] = kid.kids
        const names = rest.map((one) => this.#source.said(one))
        for (const reach of first === undefined ? [] : this.#reaches.of(first, place.scope))
          this.#emit('read', kid, names.reduce(further, reach), place)
      } else if (kid.kids[0] !== undefined) this.#writeName(kid, this.#source.said(kid), place)
    }
  }

  #function(node: Syntax, place: Place): void {
    const n = this.#source.defined.get(node)
    const inner: Place = { scope: this.#scope(node, place), within: n ?? place.within, inFunction: true }
    const named = field(node, 'name')
    if (named !== undefined) this.#writeName(named, this.#source.said(named), place)
    for (const kid of node.kids)
      if (kid.field === 'parameters') this.#parameters(kid, place)
      else if (kid.field !== 'name') this.#visit(kid, kid.field === 'body' ? inner : place)
  }

  /** Defaults and types are computed where the function is defined. */
  #parameters(list: Syntax, place: Place): void {
    for (const parameter of list.kids) {
      if (parameter.type === 'identifier') continue
      const named = field(parameter, 'name') ?? parameter.kids[0]
      for (const kid of parameter.kids) if (kid !== named) this.#visit(kid, place)
    }
  }

  #class(node: Syntax, place: Place): void {
    const source = this.#source
    const n = source.defined.get(node)
    const definition = n === undefined ? undefined : source.definitions[n]
    const given = field(node, 'superclasses')?.kids ?? []
    if (definition !== undefined && given.some((one) => this.#isMadeBy(one))) definition.loose = true
    if (definition !== undefined)
      definition.bases = given.flatMap((one) => {
        if (one.type === 'keyword_argument') return []
        // What stands in brackets behind a class is no other class.
        const base = one.type === 'subscript' ? (field(one, 'value') ?? one) : one
        const [first, more] = this.#reaches.of(base, place.scope)
        if (first?.root === 'free' && first.path.join('.') === 'object') return []
        return [first === undefined ? NOWHERE : { ...first, loose: first.loose || more !== undefined }]
      })
    const named = field(node, 'name')
    if (named !== undefined) this.#writeName(named, source.said(named), place)
    const inner: Place = { ...place, scope: this.#scope(node, place), within: n ?? place.within }
    for (const kid of node.kids)
      if (kid.field !== 'name') this.#visit(kid, kid.field === 'body' ? inner : place)
  }

  /** Whether a class has a metaclass, which may make anything of it and of a call of it. */
  #isMadeBy(given: Syntax): boolean {
    const [name, value] = given.type === 'keyword_argument' ? given.kids : []
    const isIt = name !== undefined && this.#source.said(name) === 'metaclass' && value !== undefined
    return isIt && !/^(?:(?:abc\.)?ABCMeta|(?:enum\.)?EnumMeta|type)$/.test(this.#source.said(value))
  }

  #comprehension(node: Syntax, place: Place): void {
    const inner = { ...place, scope: this.#scope(node, place) }
    let isFirst = true
    for (const kid of node.kids) {
      if (kid.type !== 'for_in_clause') {
        this.#visit(kid, inner)
        continue
      }
      for (const part of kid.kids)
        if (part.field === 'left') this.#write(part, inner)
        else this.#visit(part, isFirst ? place : inner)
      isFirst = false
    }
  }

  #read(node: Syntax, place: Place): void {
    for (const reach of this.#reaches.of(node, place.scope)) this.#emit('read', node, reach, place)
    this.#inside(node, place)
  }

  /** What stands within a chain of members without being part of its path. */
  #inside(given: Syntax, place: Place): void {
    const node = bare(given)
    if (node.type === 'attribute') {
      const object = field(node, 'object')
      if (object !== undefined) this.#inside(object, place)
    } else if (node.type !== 'identifier') this.#visit(node, place)
  }

  #call(node: Syntax, place: Place): void {
    const source = this.#source
    const callee = field(node, 'function')
    const given = field(node, 'arguments')
    if (callee !== undefined) {
      const plain = bare(callee)
      for (const reach of this.#reaches.of(plain, place.scope)) this.#emit('call', plain, reach, place)
      const object = plain.type === 'attribute' ? field(plain, 'object') : undefined
      const key = field(plain, 'attribute')
      const method = key === undefined ? '' : source.said(key)
      const values = given?.kids ?? []
      if (object !== undefined && MUTATORS.has(method)) {
        this.#change(object, 'mutate', object, [], place)
        this.#writeItem(object, undefined, object, place)
      }
      if (object !== undefined && /^__(set|del)attr__$/.test(method))
        this.#setattr([object, ...values], place)
      if (plain.type === 'identifier' && place.scope.find(source.said(plain)) === undefined) {
        const called = source.said(plain)
        if (/^(setattr|delattr)$/.test(called)) this.#setattr(values, place)
        if (called === 'exec') this.#exec(plain, values, place)
      }
      this.#inside(plain, place)
    }
    for (const kid of node.kids) if (kid !== callee) this.#visit(kid, place)
  }

  /** `setattr(x, 'name', value)` writes a member as `x.name = value` does. */
  #setattr([object, name]: readonly Syntax[], place: Place): void {
    if (object === undefined) return
    const said = stringOf(this.#source, name)
    this.#change(object, 'member-write', object, [said ?? ANY_MEMBER], place)
    for (const module of this.#namespaces.modules(object, place.scope))
      this.#writeIn(module, said, object, place)
  }

  /** What is executed may assign any name of the module, unless it is given others. */
  #exec(shown: Syntax, [, names]: readonly Syntax[], place: Place): void {
    if (names === undefined) this.#writeIn('own', undefined, shown, place)
    else this.#writeItem(names, undefined, shown, place)
  }

  /** `@log` calls what it names; `@log()` is a call as ever, and what that gives is called as a value. */
  #decorator(node: Syntax, place: Place): void {
    const [given] = node.kids
    const callee = given === undefined ? undefined : bare(given)
    if (callee === undefined || !/^(identifier|attribute)$/.test(callee.type)) {
      this.each(node, place)
      return
    }
    const isSetter =
      callee.type === 'attribute' && /\.(setter|deleter|getter)$/.test(this.#source.said(callee))
    for (const reach of this.#reaches.of(callee, place.scope))
      if (reach.root !== 'free')
        this.#emit(isSetter ? 'read' : 'call', callee, isSetter ? NOWHERE : reach, place)
    this.#inside(callee, place)
  }

  #write(target: Syntax | undefined, place: Place): void {
    for (const one of target === undefined ? [] : targets(bare(target))) {
      if (one.type === 'identifier') this.#writeName(one, this.#source.said(one), place)
      else if (one.type === 'attribute') {
        const object = field(one, 'object')
        const key = field(one, 'attribute')
        if (object === undefined || key === undefined) continue
        const member = memberName(this.#source.said(key), place.scope.className)
        this.#change(object, 'member-write', one, [member], place)
        for (const module of this.#namespaces.modules(object, place.scope))
          this.#writeIn(module, member, one, place)
        this.#inside(object, place)
      } else if (one.type === 'subscript') {
        const value = field(one, 'value')
        if (value !== undefined) {
          this.#writeItem(value, stringOf(this.#source, field(one, 'subscript')), one, place)
          this.#change(value, 'member-write', one, [ANY_MEMBER], place)
          this.#inside(value, place)
        }
        for (const kid of one.kids) if (kid !== value) this.#visit(kid, place)
      } else this.#visit(one, place)
    }
  }

  /** A name is written as an item of what holds all names of a module, class or instance; any where it is not said. */
  #writeItem(holder: Syntax, name: string | undefined, shown: Syntax, place: Place): void {
    for (const of of this.#namespaces.ofItems(holder, place.scope))
      if (typeof of === 'string') this.#writeIn(of, name, shown, place)
      else this.#change(of.node, 'member-write', shown, [name ?? ANY_MEMBER], { ...place, scope: of.scope })
  }

  /** A name of a module that is not known by a path. */
  #writeIn(module: UnnamedModule, name: string | undefined, shown: Syntax, place: Place): void {
    const known = module === 'own' && name !== undefined ? this.#ofTop(name) : undefined
    if (known !== undefined) {
      this.#emit('write', shown, { root: 'own', n: known, path: [], loose: false }, place)
      return
    }
    const { at } = this.#source
    const path = [module === 'any' ? ANY_MODULE : OWN_MODULE, name ?? ANY_MEMBER]
    const reach: CodeReach = { root: 'free', n: 0, path, loose: true }
    const { within, inFunction } = place
    const [start, end] = [at(shown.start), at(shown.end)]
    this.#source.use({ kind: 'member-write', start, end, within, inFunction, reach })
  }

  /** The definition that a name of the module is. */
  #ofTop(name: string): number | undefined {
    const own = this.#source.top.names.get(name)?.candidates.find(({ is }) => is === 'own')
    return own?.is === 'own' ? own.n : undefined
  }

  /** A name of a module that is assigned where it is not defined. */
  #writeName(shown: Syntax, name: string, place: Place): void {
    const source = this.#source
    if (place.scope.holder(name).kind !== 'module') return
    const start = source.at(shown.start)
    const isDefinition = (n: number): boolean =>
      place.scope.kind === 'module' && source.definitions[n]?.start === start
    for (const { is, ...one } of source.top.names.get(name)?.candidates ?? []) {
      if (is !== 'own' || !('n' in one) || isDefinition(one.n)) continue
      const isVariable = source.definitions[one.n]?.kind === 'variable'
      if (isVariable || place.scope.kind !== 'module')
        this.#emit('write', shown, { root: 'own', n: one.n, path: [], loose: false }, place)
      return
    }
  }

  /** A change of what an expression holds. */
  #change(
    object: Syntax,
    kind: 'member-write' | 'mutate',
    shown: Syntax,
    member: readonly string[],
    place: Place,
  ): void {
    const known = (node: Syntax): readonly CodeReach[] =>
      this.#reaches.of(node, place.scope).filter(({ root }) => root !== 'value')
    let root = bare(object)
    let found = known(root)
    let isWhole = true
    // Of a chain with a computed member, what stands before it is changed within.
    while (found.length === 0 && (root.type === 'subscript' || root.type === 'attribute')) {
      root = bare(field(root, root.type === 'subscript' ? 'value' : 'object') ?? root.kids[0] ?? root)
      found = known(root)
      isWhole = false
    }
    let innermost = root
    while (innermost.type === 'attribute' || innermost.type === 'subscript')
      innermost = bare(
        field(innermost, innermost.type === 'subscript' ? 'value' : 'object') ??
          innermost.kids[0] ??
          innermost,
      )
    const binding =
      innermost.type === 'identifier' ? place.scope.find(this.#source.said(innermost)) : undefined
    // A variable that is assigned elsewhere is written here all the same; another name for it may stand for something else.
    const isAnother =
      binding === undefined || binding.candidates.some(({ is }) => is === 'value' || is === 'cls')
    const loose = found.length > 1 || isAnother
    for (const reach of found) {
      const path = isWhole ? [...reach.path, ...member] : [...reach.path, ANY_MEMBER]
      this.#emit(isWhole ? kind : 'member-write', shown, { ...reach, loose, path }, place)
    }
  }

  #emit(kind: UseKind, node: Syntax, reach: CodeReach, { within, inFunction }: Place): void {
    const { root, path } = reach
    const isNamed = root === 'value' || root === 'free' ? path.length > 0 : true
    if (!isNamed || (kind !== 'call' && root !== 'own' && root !== 'import' && root !== 'super')) return
    const { at } = this.#source
    this.#source.use({ kind, start: at(node.start), end: at(node.end), within, inFunction, reach })
  }
}
