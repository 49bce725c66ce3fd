import type { CodeReach, UseKind } from '@writ/contract'
import { commonExport, exportsOf } from './ecma-exports.ts'
import { Reaches } from './ecma-reach.ts'
import { bare, type EcmaSource, isClass, isFunction, memberName, NOWHERE } from './ecma-source.ts'
import { defaults, isName, leaves, memberOf, targets, without } from './ecma-targets.ts'
import { ANY_MEMBER, THIS_STEP } from './path-steps.ts'
import { Scope } from './scopes.ts'
import { child, field, type Syntax } from './syntax.ts'

/** Where a use stands. */
interface Place {
  readonly scope: Scope
  readonly within: number | null
  readonly inFunction: boolean
}

/** Methods of arrays, maps and sets that change them. */
const MUTATORS: ReadonlySet<string> = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '),
)

/** Functions of `Object` and `Reflect` that change their first argument. */
const CHANGERS: ReadonlySet<string> = new Set(
  'Object.assign Object.defineProperty Object.defineProperties Object.setPrototypeOf Reflect.set Reflect.deleteProperty Reflect.defineProperty'.split(
    ' ',
  ),
)

/** Finds the places that use names, once all names are bound. */
export function findUses(source: EcmaSource, root: Syntax): void {
  const place: Place = { scope: source.top, within: null, inFunction: false }
  const finding = new Finding(source)
  finding.countWrites(root, source.top)
  finding.each(root, place)
  finding.values()
}

class Finding {
  readonly #source: EcmaSource
  readonly #reaches: Reaches

  constructor(source: EcmaSource) {
    this.#source = source
    this.#reaches = new Reaches(source)
  }

  /** Counts how often each name is assigned: what is assigned once more may hold anything. */
  countWrites(node: Syntax, around: Scope): void {
    const scope = this.#source.scopes.get(node) ?? around
    if (/^(assignment|augmented_assignment)_expression$/.test(node.type))
      this.#count(field(node, 'left'), scope)
    else if (node.type === 'update_expression') this.#count(field(node, 'argument'), scope)
    else if (node.type === 'for_in_statement') this.#count(field(node, 'left'), scope)
    for (const kid of node.kids) this.countWrites(kid, scope)
  }

  #count(target: Syntax | undefined, scope: Scope): void {
    if (target === undefined || this.#source.names.has(target)) return
    for (const name of leaves(bare(target))) {
      const binding = scope.find(this.#source.said(name))
      if (binding !== undefined) binding.writes += 1
    }
  }

  /** What definitions hold, as far as it has a name. */
  values(): void {
    const { definitions, valued } = this.#source
    const known = (reach: CodeReach): CodeReach | null => (reach.root === 'value' ? null : reach)
    for (const { n, node, scope, loose } of valued) {
      const reach = known(this.#reaches.of(node, scope))
      const value = reach === null ? null : { ...reach, loose: reach.loose || loose }
      Object.assign(definitions[n] ?? {}, { value })
    }
    for (const scope of new Set([this.#source.top, ...this.#source.scopes.values()]))
      for (const binding of scope.bindings()) {
        const definition = binding.is === 'own' ? definitions[binding.n] : undefined
        if (definition?.kind !== 'variable') continue
        const reach = known(this.#reaches.held(binding))
        const isItself = reach?.root === 'own' && reach.n === binding.n && reach.path.length === 0
        definition.value = isItself ? null : reach
      }
  }

  each(node: Syntax, place: Place): void {
    for (const kid of node.kids) this.#visit(kid, place)
  }

  #visit(node: Syntax, around: Place): void {
    const source = this.#source
    if (source.names.has(node)) return
    if (isFunction(node)) {
      this.#function(node, around)
      return
    }
    if (isClass(node)) {
      this.#class(node, around)
      return
    }
    const scope = source.scopes.get(node)
    const place = scope === undefined ? around : { ...around, scope }
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'type_identifier':
      case 'member_expression':
      case 'nested_identifier':
        this.#read(node, place)
        return
      case 'call_expression':
        this.#call(node, place)
        return
      case 'new_expression': {
        const made = field(node, 'constructor')
        if (made === undefined) return
        this.#emit('new', bare(made), this.#reaches.of(made, place.scope), place)
        this.#inside(made, place)
        for (const kid of node.kids) if (kid !== made) this.#visit(kid, place)
        return
      }
      case 'decorator':
        this.#decorator(node, place)
        return
      case 'jsx_opening_element':
      case 'jsx_self_closing_element':
        this.#component(node, place)
        return
      case 'assignment_expression':
        this.#assignment(node, place)
        return
      case 'augmented_assignment_expression': {
        this.#write(field(node, 'left'), place)
        const right = field(node, 'right')
        if (right !== undefined) this.#visit(right, place)
        return
      }
      case 'update_expression':
        this.#write(field(node, 'argument'), place)
        return
      case 'unary_expression':
        if (!node.marks.includes('delete')) {
          this.each(node, place)
          return
        }
        this.#write(field(node, 'argument'), place)
        return
      case 'for_in_statement':
        this.#forIn(node, place)
        return
      case 'variable_declarator':
        this.#declarator(node, around)
        return
      case 'public_field_definition':
      case 'field_definition':
        this.#field(node, place)
        return
      case 'export_statement':
        this.#export(node, place)
        return
      case 'import_statement':
        this.#import(node, place)
        return
      default:
        this.each(node, place)
        return
    }
  }

  #forIn(node: Syntax, place: Place): void {
    for (const kid of node.kids)
      if (kid.field !== 'left') this.#visit(kid, place)
      else if (!node.marks.some((mark) => /^(const|let|var)$/.test(mark))) this.#write(kid, place)
  }

  /** What a variable holds belongs to it, when that is a function. */
  #declarator(node: Syntax, place: Place): void {
    for (const kid of node.kids)
      if (kid.field !== 'name' || kid.type !== 'identifier') this.#visit(kid, place)
  }

  #field(node: Syntax, place: Place): void {
    const n = this.#source.defined.get(node)
    const scope = new Scope(place.scope, false)
    const self = place.scope.thisReach
    if (node.marks.includes('static') && self !== undefined) scope.self = without(self)
    const inner = { ...place, scope, within: n ?? place.within }
    for (const kid of node.kids) if (!/^(name|property)$/.test(kid.field ?? '')) this.#visit(kid, inner)
  }

  #function(node: Syntax, place: Place): void {
    const source = this.#source
    const scope = source.scopes.get(node) ?? new Scope(place.scope, true)
    const n = source.defined.get(node)
    if (node.type !== 'arrow_function') scope.self = this.#self(node, n, place)
    const inner: Place = { scope, within: n ?? place.within, inFunction: true }
    for (const kid of node.kids) {
      if (kid.field === 'name') {
        if (kid.type === 'computed_property_name') this.#visit(kid, place)
      } else this.#visit(kid, kid.field === 'body' || /^parameters?$/.test(kid.field ?? '') ? inner : place)
    }
  }

  #self(node: Syntax, n: number | undefined, place: Place): CodeReach {
    const { definitions, members } = this.#source
    if (node.type === 'class_static_block')
      return place.scope.thisReach === undefined ? NOWHERE : without(place.scope.thisReach)
    const definition = n === undefined ? undefined : definitions[n]
    if (definition === undefined || n === undefined) return NOWHERE
    const self = (of: number, path: readonly string[]): CodeReach => ({
      root: 'own',
      n: of,
      path,
      loose: false,
    })
    if (definition.kind === 'method' && definition.container !== null)
      return self(definition.container, definition.fixed ? [] : [THIS_STEP])
    return (members.get(n)?.ofInstance.size ?? 0) > 0 ? self(n, [THIS_STEP]) : NOWHERE
  }

  #class(node: Syntax, place: Place): void {
    const source = this.#source
    const n = source.defined.get(node)
    const scope = source.scopes.get(node) ?? new Scope(place.scope, false)
    const heritage = child(node, 'class_heritage')
    const clause = heritage === undefined ? undefined : (child(heritage, 'extends_clause') ?? heritage)
    const base = clause === undefined ? undefined : (field(clause, 'value') ?? clause.kids[0])
    if (heritage !== undefined && base !== undefined && base.type !== 'implements_clause') {
      const reach = this.#reaches.of(base, place.scope)
      const definition = n === undefined ? undefined : source.definitions[n]
      if (definition !== undefined && reach.root !== 'value') definition.bases = [reach]
    }
    if (n !== undefined) scope.self = { root: 'own', n, path: [THIS_STEP], loose: false }
    const inner: Place = { ...place, scope, within: n ?? place.within }
    for (const kid of node.kids)
      if (kid.field !== 'name') this.#visit(kid, kid.field === 'body' ? inner : { ...place, scope })
  }

  #read(node: Syntax, place: Place): void {
    const reach = this.#reaches.of(node, place.scope)
    if (reach.root === 'own' || reach.root === 'import' || reach.root === 'super')
      this.#emit('read', node, reach, place)
    this.#inside(node, place)
  }

  /** What stands within a chain of members without being part of its path. */
  #inside(given: Syntax, place: Place): void {
    const node = bare(given)
    if (node.type === 'member_expression') {
      const object = field(node, 'object')
      if (object !== undefined) this.#inside(object, place)
    } else if (
      node.type !== 'identifier' &&
      node.type !== 'nested_identifier' &&
      !/^(this|super|.*_identifier)$/.test(node.type)
    )
      this.#visit(node, place)
  }

  #call(node: Syntax, place: Place): void {
    const source = this.#source
    const callee = field(node, 'function')
    const given = field(node, 'arguments')
    if (callee === undefined) {
      this.each(node, place)
      return
    }
    const bareCallee = bare(callee)
    const isRequire = this.#reaches.of(node, place.scope).root === 'import'
    if (!isRequire && callee.type !== 'import') {
      this.#emit('call', bareCallee, this.#reaches.of(callee, place.scope), place)
      const object = bareCallee.type === 'member_expression' ? field(bareCallee, 'object') : undefined
      const name = memberName(source, field(bareCallee, 'property'))
      if (object !== undefined && name !== undefined && MUTATORS.has(name))
        this.#change(object, 'mutate', place)
      const [first] = given?.kids ?? []
      if (first !== undefined && CHANGERS.has(source.said(bareCallee)))
        this.#change(first, 'member-write', place, first, [ANY_MEMBER])
      this.#inside(callee, place)
    }
    for (const kid of node.kids) if (kid !== callee) this.#visit(kid, place)
  }

  /** `@log` calls what it names; `@log()` is a call as ever, and what that gives is called as a value. */
  #decorator(node: Syntax, place: Place): void {
    const [given] = node.kids
    const callee = given === undefined ? undefined : bare(given)
    if (callee === undefined || !/^(identifier|member_expression)$/.test(callee.type)) {
      this.each(node, place)
      return
    }
    this.#emit('call', callee, this.#reaches.of(callee, place.scope), place)
    this.#inside(callee, place)
  }

  /** `<Card />` has the component called that it names; a name in lower case is that of an element. */
  #component(node: Syntax, place: Place): void {
    const name = field(node, 'name')
    const isOurs = name !== undefined && !/^\p{Ll}[^.]*$/u.test(this.#source.said(name))
    if (isOurs) {
      this.#emit('call', name, this.#reaches.of(name, place.scope), place)
      this.#inside(name, place)
    }
    for (const kid of node.kids) if (kid !== name) this.#visit(kid, place)
  }

  #assignment(node: Syntax, place: Place): void {
    const source = this.#source
    const left = field(node, 'left')
    const right = field(node, 'right')
    if (left === undefined || right === undefined) return
    const said = left.type === 'member_expression' ? source.said(left).replaceAll(/\s/g, '') : ''
    const name = /^(?:module\.)?exports\.([\p{ID_Continue}$]+)$/u.exec(said)?.[1]
    const isCommon = place.scope.find('module') === undefined && place.scope.find('exports') === undefined
    if (isCommon && (said === 'module.exports' || name !== undefined))
      commonExport(source, this.#reaches, { name: name ?? '=', right }, place.scope)
    else if (!this.#defines(left, right)) this.#write(left, place)
    this.#visit(right, place)
  }

  /** Whether an assignment is where its member is defined. */
  #defines(left: Syntax, right: Syntax): boolean {
    const n = this.#source.defined.get(bare(right))
    const key = field(left, 'property')
    return (
      n !== undefined &&
      key !== undefined &&
      this.#source.definitions[n]?.start === this.#source.at(key.start)
    )
  }

  #write(target: Syntax | undefined, place: Place): void {
    if (target === undefined) return
    for (const one of targets(bare(target))) {
      if (isName(one)) {
        const binding = place.scope.find(this.#source.said(one))
        if (binding !== undefined && binding.is !== 'local')
          this.#emit('write', one, { ...this.#reaches.of(one, place.scope), loose: false }, place)
      } else if (/^(member|subscript)_expression$/.test(one.type)) {
        const object = field(one, 'object')
        const index = field(one, 'index')
        if (object !== undefined) this.#change(object, 'member-write', place, one)
        if (index !== undefined) this.#visit(index, place)
      }
    }
    // Defaults in a pattern are computed like any other value.
    if (/_pattern$|^(object|array)$/.test(target.type))
      for (const value of defaults(target)) this.#visit(value, place)
  }

  /** A change of what an expression holds. */
  #change(
    object: Syntax,
    kind: 'member-write' | 'mutate',
    place: Place,
    shown = object,
    member = shown === object ? [] : [memberOf(this.#source, shown)],
  ): void {
    const steps: Syntax[] = []
    let root = bare(object)
    while (/^(member|subscript)_expression$/.test(root.type)) {
      steps.push(root)
      root = bare(field(root, 'object') ?? root.kids[0] ?? root)
    }
    // Of a chain with a computed member, what stands before it is changed within.
    const whole = this.#reaches.of(object, place.scope)
    const known =
      whole.root !== 'value'
        ? whole
        : (steps
            .map((step) => this.#reaches.of(field(step, 'object') ?? step, place.scope))
            .find(({ root: from }) => from !== 'value') ?? NOWHERE)
    const name = root.type === 'identifier' ? this.#source.said(root) : undefined
    // A variable that is assigned elsewhere is written here all the same; another name for it may stand for something else.
    const loose = name !== undefined && place.scope.find(name)?.is === 'local'
    const path =
      whole === known ? [...known.path, ...member] : [...known.path, ...member.map(() => ANY_MEMBER)]
    this.#emit(kind, shown, { ...known, loose, path }, place)
    if (shown !== object) this.#inside(object, place)
  }

  #import(node: Syntax, place: Place): void {
    const clause = child(node, 'import_clause')
    const names = (clause?.kids ?? []).flatMap((one) => (one.type === 'identifier' ? [one] : one.kids))
    for (const one of names) {
      const local = field(one, 'alias') ?? field(one, 'name') ?? one
      if (local.type === 'identifier') this.#emit('import', one, this.#reaches.of(local, place.scope), place)
    }
  }

  #export(node: Syntax, place: Place): void {
    for (const { shown, reach } of exportsOf(this.#source, this.#reaches, node, place.scope))
      this.#emit('export', shown, reach, place)
    const isList = child(node, 'export_clause') !== undefined || field(node, 'source') !== undefined
    if (!isList) this.each(node, place)
  }

  #emit(kind: UseKind, node: Syntax, reach: CodeReach, { within, inFunction }: Place): void {
    const { root, path } = reach
    const isNamed = root === 'value' || root === 'free' ? path.length > 0 : true
    if (
      !isNamed ||
      (kind !== 'call' && kind !== 'new' && root !== 'own' && root !== 'import' && root !== 'super')
    )
      return
    const { at } = this.#source
    this.#source.use({ kind, start: at(node.start), end: at(node.end), within, inFunction, reach })
  }
}
