import { bindImport, type ImportCandidate } from './python-imports.ts'
import { CLASS_METHODS, isBuiltin } from './python-names.ts'
import { PythonScope } from './python-scopes.ts'
import { bare, type PythonSource, targets } from './python-source.ts'
import { child, field, type Syntax } from './syntax.ts'

/** Where something stands while names are bound. */
export interface Place {
  readonly scope: PythonScope
  /** The definition around it. */
  readonly container: number | null
  /** Whether it stands in a function. */
  readonly local: boolean
  /** Whether it may be passed over when its scope runs. */
  readonly conditional: boolean
}

const CONDITIONAL = /^(if|try|while|for|match|with)_statement$/

/** Binds names before any use is looked at, since a scope has its names from its beginning. */
export function declare(source: PythonSource, root: Syntax): void {
  const declaring = new Declaring(source)
  declaring.each(root, { scope: source.top, container: null, local: false, conditional: false })
  declaring.end()
}

class Declaring {
  readonly #source: PythonSource
  /** Names that functions assign for others: bound once all others are. */
  readonly #later: (() => void)[] = []

  constructor(source: PythonSource) {
    this.#source = source
  }

  end(): void {
    for (const bind of this.#later) bind()
  }

  each(node: Syntax, place: Place): void {
    for (const kid of node.kids) this.#visit(kid, place)
  }

  #visit(node: Syntax, place: Place): void {
    const source = this.#source
    switch (node.type) {
      case 'decorated_definition': {
        const definition = field(node, 'definition')
        for (const kid of node.kids) if (kid !== definition) this.#visit(kid, place)
        if (definition?.type === 'class_definition') this.#class(definition, place, node)
        else if (definition !== undefined) this.#function(definition, place, node)
        return
      }
      case 'function_definition':
        this.#function(node, place, node)
        return
      case 'class_definition':
        this.#class(node, place, node)
        return
      case 'lambda':
        this.#lambda(node, place, undefined)
        return
      case 'list_comprehension':
      case 'set_comprehension':
      case 'dictionary_comprehension':
      case 'generator_expression':
        this.#comprehension(node, place)
        return
      case 'import_statement':
      case 'import_from_statement':
        bindImport(source, node, (name, candidate, named) => this.#imported(place, name, candidate, named))
        return
      case 'global_statement':
      case 'nonlocal_statement': {
        const { scope } = place
        if (scope.kind === 'module') return
        const said = node.type === 'global_statement' ? scope.globals : scope.nonlocals
        for (const kid of node.kids) {
          said.add(source.said(kid))
          source.names.add(kid)
        }
        return
      }
      case 'assignment':
        this.#assignment(node, place)
        return
      case 'augmented_assignment':
        this.#targets(field(node, 'left'), null, place)
        this.each(node, place)
        return
      case 'delete_statement':
        for (const kid of node.kids) this.#targets(kid, null, place)
        this.each(node, place)
        return
      case 'for_statement':
        this.#targets(field(node, 'left'), null, place)
        this.each(node, { ...place, conditional: true })
        return
      case 'named_expression': {
        const inner = { ...place, scope: place.scope.assigned }
        this.#targets(field(node, 'name'), field(node, 'value') ?? null, inner)
        this.each(node, place)
        return
      }
      case 'as_pattern': {
        const alias = node.kids.find((kid) => kid.field === 'alias') ?? node.kids.at(-1)
        if (alias !== undefined && node.kids.length > 1) this.#targets(alias, null, place)
        this.each(node, place)
        return
      }
      case 'case_clause':
        for (const kid of node.kids)
          if (kid.type === 'case_pattern') this.#captured(kid, place)
          else this.#visit(kid, { ...place, conditional: true })
        return
      case 'type_alias_statement':
        this.#targets(child(field(node, 'left') ?? node, 'identifier'), null, place)
        this.each(node, place)
        return
      default:
        this.each(node, CONDITIONAL.test(node.type) ? { ...place, conditional: true } : place)
    }
  }

  /** Names that a pattern takes. */
  #captured(node: Syntax, place: Place): void {
    const [only, more] = node.kids
    if (node.type === 'class_pattern') {
      for (const kid of node.kids.slice(1)) this.#captured(kid, place)
      return
    }
    if (node.type === 'keyword_pattern') {
      for (const kid of node.kids.slice(1)) this.#captured(kid, place)
      return
    }
    if (node.type === 'dotted_name') {
      if (only !== undefined && more === undefined) this.#targets(only, null, place)
      return
    }
    if (node.type === 'identifier') this.#targets(node, null, place)
    for (const kid of node.kids) this.#captured(kid, place)
  }

  #assignment(node: Syntax, place: Place): void {
    const source = this.#source
    const left = field(node, 'left')
    const right = field(node, 'right')
    const value = right === undefined ? undefined : bare(right)
    const type = child(field(node, 'type') ?? node, 'identifier') ?? null
    if (left?.type === 'identifier' && value?.type === 'lambda') {
      const n = this.#define(node, left, place, place.scope.kind === 'class' ? 'method' : 'function')
      this.#bound(place, source.said(left), { is: 'own', n })
      this.#lambda(value, place, n)
      return
    }
    const isPlain = left?.type === 'identifier'
    // A name that is only given a type has no value by that.
    if (right !== undefined || place.scope.kind !== 'module')
      this.#targets(
        left,
        isPlain ? (value ?? null) : null,
        place,
        field(node, 'type') === undefined ? null : type,
      )
    for (const kid of node.kids) if (kid !== left || !isPlain) this.#visit(kid, place)
  }

  #targets(node: Syntax | undefined, given: Syntax | null, place: Place, type: Syntax | null = null): void {
    for (const one of node === undefined ? [] : targets(node)) {
      if (one.type !== 'identifier') continue
      const name = this.#source.said(one)
      const { scope } = place
      const holder = scope.assigned.globals.has(name) ? this.#source.top : scope
      if (holder.kind === 'module' || holder.kind === 'class') this.#variable(one, name, given, place, type)
      else this.#bound(place, name, { is: 'value', given, type, scope })
    }
  }

  /** A variable of a module, or a field of a class. */
  #variable(named: Syntax, name: string, given: Syntax | null, place: Place, type: Syntax | null): void {
    const source = this.#source
    const { scope } = place
    const bind = (): void => {
      const holder = scope.assigned.globals.has(name) ? source.top : scope
      const before = holder.names.get(name)
      const known = before?.candidates.find((one) => one.is === 'own')
      if (before !== undefined) {
        const isVariable =
          known?.is === 'own' && /^(variable|field)$/.test(source.definitions[known.n]?.kind ?? '')
        before.candidates.push(isVariable ? known : { is: 'value', given, type, scope })
        return
      }
      const isOfClass = holder.kind === 'class'
      const n = source.define(name, isOfClass ? 'field' : 'variable', {
        node: named.parent ?? named,
        named,
        container: isOfClass ? place.container : null,
        local: isOfClass && place.local,
      })
      source.names.delete(named)
      source.bind(holder, name, { is: 'own', n })
      source.given.set(n, { is: 'value', given, type, scope })
    }
    if (scope.assigned.globals.has(name)) this.#later.push(bind)
    else bind()
  }

  /** A name for something of another file; in a class it is a member of it. */
  #imported(place: Place, name: string, candidate: ImportCandidate, named: Syntax): void {
    const { scope, container, local } = place
    if (scope.kind !== 'class' || scope.globals.has(name)) {
      this.#bound(place, name, candidate)
      return
    }
    const n = this.#source.define(name, 'field', { node: named, named, container, local })
    Object.assign(this.#source.definitions[n] ?? {}, {
      value: { root: 'import', n: candidate.n, path: [], loose: place.conditional },
    })
    this.#bound(place, name, { is: 'own', n })
  }

  /** Binds a name where it is assigned, or, for another scope, later. */
  #bound(place: Place, name: string, candidate: Parameters<PythonSource['bind']>[2]): void {
    const { scope } = place
    const bind = (): void => {
      const binding = this.#source.bind(scope.holder(name), name, candidate)
      // Where its place is passed over, the name is still that of Python's own.
      if (place.conditional && scope.kind === 'module' && isBuiltin(name)) binding.loose = true
    }
    if (scope.globals.has(name) || scope.nonlocals.has(name)) this.#later.push(bind)
    else bind()
  }

  #define(
    node: Syntax,
    named: Syntax,
    { scope, container, local }: Place,
    kind: 'function' | 'method' | 'class' | 'field',
  ): number {
    const source = this.#source
    const isGlobal = scope.globals.has(source.said(named))
    return source.define(source.said(named), kind, {
      node,
      named,
      container: isGlobal ? null : container,
      local: local && !isGlobal,
    })
  }

  #function(node: Syntax, place: Place, whole: Syntax): void {
    const source = this.#source
    const named = field(node, 'name')
    if (named === undefined) return
    const { scope } = place
    const name = source.said(named)
    const of = decorators(source, whole)
    let n: number | undefined
    const setter = of.some(
      (said) => /^\w+\.(setter|deleter|getter)$/.test(said) && said.startsWith(`${name}.`),
    )
    if (of.some((said) => /(^|\.)overload$/.test(said))) source.names.add(named)
    else if (setter && scope.names.has(name)) {
      const [first] = scope.names.get(name)?.candidates ?? []
      if (first?.is === 'own') n = first.n
      source.names.add(named)
    } else {
      const isProperty = of.some((said) =>
        /^(functools\.)?(property|cached_property)$|^(abc\.)?abstractproperty$/.test(said),
      )
      const kind = scope.kind !== 'class' ? 'function' : isProperty ? 'field' : 'method'
      n = this.#define(whole, named, place, kind)
      this.#bound(place, name, { is: 'own', n })
      const definition = source.definitions[n]
      if (definition !== undefined && place.conditional && scope.kind === 'class') definition.loose = true
    }
    if (n !== undefined) source.defined.set(node, n)
    const inner = new PythonScope('function', scope)
    source.scopes.set(node, inner)
    const isStatic = of.includes('staticmethod')
    const isOfClass = of.includes('classmethod') || CLASS_METHODS.has(name)
    const first = isStatic && name !== '__new__' ? null : isOfClass ? 'cls' : 'self'
    this.#parameters(
      field(node, 'parameters'),
      inner,
      scope.kind === 'class' && scope.of !== null ? first : null,
      place,
    )
    const body = field(node, 'body')
    const own: Place = { scope: inner, container: n ?? place.container, local: true, conditional: false }
    for (const kid of field(node, 'type_parameters')?.kids ?? [])
      this.#targets(child(kid, 'identifier') ?? child(kid.kids[0] ?? kid, 'identifier'), null, own)
    for (const kid of node.kids)
      if (kid === body) this.#visit(kid, own)
      else if (kid.field !== 'parameters' && kid.field !== 'name') this.#visit(kid, place)
  }

  #parameters(
    list: Syntax | undefined,
    scope: PythonScope,
    first: 'self' | 'cls' | null,
    around: Place,
  ): void {
    const source = this.#source
    list?.kids.forEach((parameter, at) => {
      const named =
        parameter.type === 'identifier' ? parameter : (field(parameter, 'name') ?? parameter.kids[0])
      const splat = named?.type.endsWith('splat_pattern') === true
      const name = splat ? named.kids[0] : named
      if (name?.type === 'identifier' && !parameter.type.endsWith('_separator')) {
        source.names.add(name)
        const of = scope.parent?.of ?? null
        const type = child(field(parameter, 'type') ?? parameter, 'identifier')
        const isTyped =
          field(parameter, 'type') !== undefined && !splat && !parameter.type.endsWith('splat_pattern')
        if (at === 0 && first !== null && of !== null && !splat && !/splat/.test(parameter.type))
          source.bind(scope, source.said(name), { is: first, n: of })
        else
          source.bind(scope, source.said(name), {
            is: 'value',
            given: null,
            type: isTyped ? (type ?? null) : null,
            scope: around.scope,
          })
      }
      for (const kid of parameter.kids) if (kid !== named) this.#visit(kid, around)
    })
  }

  #lambda(node: Syntax, place: Place, n: number | undefined): void {
    const inner = new PythonScope('function', place.scope)
    this.#source.scopes.set(node, inner)
    if (n !== undefined) this.#source.defined.set(node, n)
    this.#parameters(field(node, 'parameters'), inner, null, place)
    const body = field(node, 'body')
    if (body !== undefined)
      this.#visit(body, { scope: inner, container: n ?? place.container, local: true, conditional: false })
  }

  #class(node: Syntax, place: Place, whole: Syntax): void {
    const source = this.#source
    const named = field(node, 'name')
    if (named === undefined) return
    const name = source.said(named)
    const n = this.#define(whole, named, place, 'class')
    this.#bound(place, name, { is: 'own', n })
    source.defined.set(node, n)
    const definition = source.definitions[n]
    if (definition !== undefined && place.conditional && place.scope.kind === 'class') definition.loose = true
    const inner = new PythonScope('class', place.scope, n, name)
    source.scopes.set(node, inner)
    const body = field(node, 'body')
    const own: Place = { scope: inner, container: n, local: place.local, conditional: false }
    for (const kid of node.kids)
      if (kid === body) this.#visit(kid, own)
      else if (kid.field !== 'name') this.#visit(kid, place)
  }

  #comprehension(node: Syntax, place: Place): void {
    const inner = new PythonScope('comprehension', place.scope)
    this.#source.scopes.set(node, inner)
    const own = { ...place, scope: inner }
    let isFirst = true
    for (const kid of node.kids) {
      if (kid.type !== 'for_in_clause') {
        this.#visit(kid, own)
        continue
      }
      for (const part of kid.kids)
        if (part.field === 'left') {
          for (const one of targets(part))
            if (one.type === 'identifier') {
              this.#source.names.add(one)
              this.#source.bind(inner, this.#source.said(one), {
                is: 'value',
                given: null,
                type: null,
                scope: inner,
              })
            }
        } else this.#visit(part, isFirst ? place : own)
      isFirst = false
    }
  }
}

/** What is written as decorators of a definition, without what they are given. */
export function decorators(source: PythonSource, whole: Syntax): readonly string[] {
  return whole.kids.flatMap((kid) => {
    const [given] = kid.type === 'decorator' ? kid.kids : []
    const callee = given?.type === 'call' ? field(given, 'function') : given
    return callee === undefined ? [] : [source.said(callee).replaceAll(/\s/g, '')]
  })
}
