import { bindImports, bindPattern, bindRequired, type Place, typeOf } from './ecma-bind.ts'
import { replacements } from './ecma-replaced.ts'
import { bare, type EcmaSource, isClass, isFunction, memberName, required } from './ecma-source.ts'
import { Scope } from './scopes.ts'
import { child, field, type Syntax } from './syntax.ts'

/** Finds scopes, definitions and imports. Names are bound before any use is looked at, since they may be used before. */
export function declare(source: EcmaSource, root: Syntax): void {
  new Declaring(source).each(root, { scope: source.top, container: null, local: false })
}

class Declaring {
  readonly #source: EcmaSource

  constructor(source: EcmaSource) {
    this.#source = source
  }

  each(node: Syntax, place: Place): void {
    for (const kid of node.kids) this.#visit(kid, place)
  }

  #visit(node: Syntax, place: Place): void {
    if (isFunction(node)) {
      this.#function(node, place)
      return
    }
    if (isClass(node)) {
      this.#class(node, place)
      return
    }
    switch (node.type) {
      case 'lexical_declaration':
      case 'variable_declaration':
        this.#variables(node, place)
        return
      case 'import_statement':
        bindImports(this.#source, node, place.scope)
        return
      case 'function_signature':
        this.#named(node, 'function', place)
        return
      case 'interface_declaration':
        this.#named(node, 'interface', place)
        return
      case 'type_alias_declaration':
        this.#named(node, 'type', place)
        return
      case 'enum_declaration':
        this.#named(node, 'enum', place)
        return
      case 'internal_module':
      case 'module':
        this.#namespace(node, place)
        return
      case 'catch_clause':
        this.#inner(node, place, field(node, 'parameter'))
        return
      case 'for_in_statement':
        this.#forIn(node, place)
        return
      case 'statement_block':
      case 'for_statement':
      case 'switch_body':
        this.#inner(node, place)
        return
      case 'export_statement':
        this.#default(node, place)
        this.each(node, place)
        return
      case 'assignment_expression':
        this.#assigned(node, place)
        this.each(node, place)
        return
      default:
        this.each(node, place)
        return
    }
  }

  #inner(node: Syntax, place: Place, bound?: Syntax): void {
    const scope = new Scope(place.scope, false)
    this.#source.scopes.set(node, scope)
    if (bound !== undefined) bindPattern(this.#source, bound, scope, null, [], scope)
    this.each(node, { ...place, scope })
  }

  #forIn(node: Syntax, place: Place): void {
    const left = field(node, 'left')
    const declared = node.marks.some((mark) => mark === 'const' || mark === 'let' || mark === 'var')
    this.#inner(node, place, declared ? left : undefined)
  }

  /** A declaration with a name: a definition, unless its name is bound to one already (an overload). */
  #named(
    node: Syntax,
    kind: 'function' | 'class' | 'interface' | 'type' | 'enum' | 'namespace',
    { scope, container, local }: Place,
  ): number | undefined {
    const named = field(node, 'name')
    if (named === undefined) return undefined
    const source = this.#source
    const name = source.said(named)
    const before = scope.own(name)
    const known = before === undefined ? undefined : source.definitions[before.n]
    const isType = kind === 'interface' || kind === 'type'
    if (
      before?.is === 'own' &&
      known !== undefined &&
      (known.kind === kind || isType || kind === 'namespace')
    ) {
      source.names.add(named)
      source.defined.set(node, before.n)
      if (node.type !== 'function_signature' && kind === 'function') {
        const { at } = source
        Object.assign(known, {
          start: at(named.start),
          end: at(named.end),
          from: at(node.start),
          to: at(node.end),
        })
      }
      return before.n
    }
    const n = source.define(name, kind, { node, named, container, local })
    source.defined.set(node, n)
    source.bind(scope, name, { is: 'own', n })
    return n
  }

  #namespace(node: Syntax, place: Place): void {
    const n = this.#named(node, 'namespace', place)
    const scope = new Scope(place.scope, true)
    const body = field(node, 'body')
    if (body === undefined) return
    this.#source.scopes.set(body, scope)
    this.each(body, { scope, container: n ?? place.container, local: place.local })
  }

  #function(node: Syntax, place: Place): void {
    const source = this.#source
    const isDeclaration = node.type.endsWith('_declaration')
    const n = isDeclaration ? this.#named(node, 'function', place) : source.defined.get(node)
    const scope = new Scope(place.scope, true)
    source.scopes.set(node, scope)
    const named = field(node, 'name')
    if (!isDeclaration && named !== undefined && node.type !== 'method_definition') {
      // A function expression may call itself by its name.
      source.names.add(named)
      source.bind(scope, source.said(named), n === undefined ? { is: 'local', n: 0 } : { is: 'own', n })
    }
    if (node.type !== 'arrow_function') source.bind(scope, 'arguments', { is: 'local', n: 0 })
    const inner: Place = { scope, container: n ?? place.container, local: true }
    const parameters = field(node, 'parameters') ?? field(node, 'parameter')
    if (parameters?.type === 'identifier') bindPattern(this.#source, parameters, scope, null, [], scope)
    else if (parameters !== undefined) for (const one of parameters.kids) this.#parameter(one, scope, n)
    for (const kid of node.kids) {
      if (kid.field === 'name') continue
      // Decorators and computed names run outside.
      const isBody = kid.field === 'body' && kid.type === 'statement_block'
      if (isBody) this.each(kid, inner)
      else this.#visit(kid, kid.field === 'body' || kid === parameters ? inner : place)
    }
  }

  #parameter(node: Syntax, scope: Scope, method: number | undefined): void {
    const pattern = field(node, 'pattern')
    if (pattern === undefined) {
      bindPattern(this.#source, node, scope, null, [], scope)
      return
    }
    bindPattern(this.#source, pattern, scope, null, [], scope, typeOf(node))
    const container = method === undefined ? null : (this.#source.definitions[method]?.container ?? null)
    if (child(node, 'accessibility_modifier') === undefined || container === null) return
    const name = this.#source.said(pattern)
    const n = this.#source.define(name, 'field', { node, named: pattern, container, local: false })
    this.#source.member(container, name, n, false)
  }

  #variables(node: Syntax, place: Place): void {
    const source = this.#source
    const scope = node.marks.includes('var') ? place.scope.function : place.scope
    // A block at the top has names of its own, which are nobody's state.
    const moduleLevel = !place.local && scope.isFunction
    for (const one of node.kids) {
      if (one.type !== 'variable_declarator') continue
      const name = field(one, 'name')
      const given = field(one, 'value') ?? null
      if (name === undefined) continue
      const value = given === null ? undefined : bare(given)
      const import_ = given === null ? undefined : required(source, given, place.scope)
      if (import_ !== undefined) bindRequired(source, name, scope, import_)
      else if (name.type === 'identifier') this.#variable(one, name, value, { ...place, scope }, moduleLevel)
      else {
        const define = moduleLevel ? { ...place, scope } : null
        bindPattern(source, name, scope, given, [], place.scope, null, define)
      }
      this.each(one, place)
    }
  }

  #variable(
    node: Syntax,
    named: Syntax,
    value: Syntax | undefined,
    place: Place,
    moduleLevel: boolean,
  ): void {
    const source = this.#source
    const { scope } = place
    const name = source.said(named)
    const isCode = value !== undefined && (isFunction(value) || isClass(value))
    const type = typeOf(node)
    if (!moduleLevel && !isCode) {
      source.names.add(named)
      source.bind(scope, name, { is: 'local', n: 0, given: value ?? null, type, scope: place.scope })
      return
    }
    const kind = !isCode || value === undefined ? 'variable' : isClass(value) ? 'class' : 'function'
    const n = source.define(name, kind, { node, named, container: place.container, local: place.local })
    source.bind(scope, name, { is: 'own', n, given: value ?? null, type })
    source.defined.set(node, n)
    if (value !== undefined) this.#holds(value, n, place)
  }

  /** A value that a definition holds is that definition: a function or class, or an object with members. */
  #holds(value: Syntax, n: number, { local, scope }: Place): void {
    const source = this.#source
    if (isFunction(value) || isClass(value)) source.defined.set(value, n)
    if (value.type !== 'object') return
    source.defined.set(value, n)
    const again = replacements(source, value)
    for (const member of value.kids) {
      const isShort = member.type === 'shorthand_property_identifier'
      const key = isShort ? member : field(member, member.type === 'pair' ? 'key' : 'name')
      const name = memberName(source, key)
      const inner = member.type === 'pair' ? field(member, 'value') : member
      if (name === undefined || key === undefined || inner === undefined) continue
      const held = bare(inner)
      const isCode = isFunction(held) || isClass(held)
      if (!isCode) {
        const made = source.define(name, 'field', {
          node: member,
          named: key,
          container: n,
          local,
          fixed: again.get(member) !== 'surely',
        })
        source.names.delete(key) // of a shorthand it is a use as well
        if (again.get(member) !== 'surely') source.member(n, name, made, true)
        source.valued.push({ n: made, node: held, scope, loose: again.has(member) })
        continue
      }
      const kind = isClass(held) ? 'class' : 'method'
      const fixed = !again.has(member)
      const made = source.define(name, kind, { node: member, named: key, container: n, local, fixed })
      source.defined.set(held, made)
      if (fixed) source.member(n, name, made, true)
    }
  }

  #class(node: Syntax, place: Place): void {
    const source = this.#source
    const isDeclaration = node.type !== 'class'
    const n = isDeclaration ? this.#named(node, 'class', place) : source.defined.get(node)
    const scope = new Scope(place.scope, false)
    source.scopes.set(node, scope)
    const named = field(node, 'name')
    if (!isDeclaration && named !== undefined) {
      source.names.add(named)
      source.bind(scope, source.said(named), n === undefined ? { is: 'local', n: 0 } : { is: 'own', n })
    }
    const body = field(node, 'body')
    for (const member of body?.kids ?? []) if (n !== undefined) this.#member(member, n, place)
    for (const kid of node.kids)
      if (kid.field !== 'name')
        this.#visit(kid, { scope, container: n ?? place.container, local: place.local })
  }

  #member(member: Syntax, of: number, { local }: Place): void {
    const source = this.#source
    const isMethod = /^(method_definition|method_signature|abstract_method_signature)$/.test(member.type)
    const isField = /^(public_)?field_definition$/.test(member.type)
    if (!isMethod && !isField) return
    const key = field(member, 'name') ?? field(member, 'property')
    const name = memberName(source, key)
    if (name === undefined || key === undefined) return
    const fixed = member.marks.includes('static')
    const value = isField ? field(member, 'value') : undefined
    const held = value === undefined ? undefined : bare(value)
    const isCode = isMethod || (held !== undefined && isFunction(held))
    const members = source.members.get(of)
    const before = (fixed ? members?.fixed : members?.ofInstance)?.get(name)
    if (before !== undefined && isMethod && source.definitions[before]?.kind === 'method') {
      source.names.add(key)
      source.defined.set(member, before)
      if (member.type === 'method_definition') {
        const place = { start: source.at(key.start), end: source.at(key.end) }
        Object.assign(source.definitions[before] ?? {}, place, {
          from: source.at(member.start),
          to: source.at(member.end),
        })
      }
      return
    }
    const n = source.define(name, isCode ? 'method' : 'field', {
      node: member,
      named: key,
      container: of,
      local,
      fixed,
    })
    source.defined.set(held !== undefined && isFunction(held) ? held : member, n)
    source.member(of, name, n, fixed)
  }

  /** `X.y = function`, `X.prototype.y = function`, `this.y = function` in a class: members that are defined by assigning. */
  #assigned(node: Syntax, place: Place): void {
    const source = this.#source
    const left = field(node, 'left')
    const right = field(node, 'right')
    if (left?.type !== 'member_expression' || right === undefined) return
    const value = bare(right)
    const object = field(left, 'object')
    const key = field(left, 'property')
    const name = memberName(source, key)
    if (object === undefined || key === undefined || name === undefined) return
    const exported =
      /^(module\.)?exports$/.test(source.said(object)) && source.top.own('exports') === undefined
    const whole = source.said(left) === 'module.exports'
    const isCode = isFunction(value) || isClass(value)
    if (place.local) return
    if (exported || whole) {
      const own = field(value, 'name')
      if (!isCode && !(whole && value.type === 'object')) return
      const label = whole ? (own === undefined ? 'exports' : source.said(own)) : name
      const kind = isClass(value) ? 'class' : isCode ? 'function' : 'variable'
      const n = source.define(label, kind, { node, named: own ?? key, container: null, local: false })
      this.#holds(value, n, place)
      return
    }
    if (!isCode) return
    const proto =
      object.type === 'member_expression' && memberName(source, field(object, 'property')) === 'prototype'
    const of = proto ? field(object, 'object') : object
    if (of?.type !== 'identifier') return
    const binding = place.scope.find(source.said(of))
    if (binding?.is !== 'own') return
    const members = source.members.get(binding.n)
    if ((proto ? members?.ofInstance : members?.fixed)?.has(name) === true) return
    const n = source.define(name, 'method', {
      node,
      named: key,
      container: binding.n,
      local: false,
      fixed: !proto,
    })
    source.defined.set(value, n)
    source.member(binding.n, name, n, !proto)
  }

  /** What a module hands on without a name is called `default`. */
  #default(node: Syntax, place: Place): void {
    const given = field(node, 'value')
    if (given === undefined) return
    const value = bare(given)
    const own = field(value, 'name')
    const isCode = isFunction(value) || isClass(value)
    if (!isCode && value.type !== 'object') return
    const kind = isClass(value) ? 'class' : isCode ? 'function' : 'variable'
    const name = own === undefined ? 'default' : this.#source.said(own)
    const named = own ?? value
    const n = this.#source.define(name, kind, { node, named, container: null, local: false })
    if (own === undefined) this.#source.names.delete(named)
    this.#holds(value, n, place)
  }
}
