import { type EcmaSource, type ImportedFrom, memberName } from './ecma-source.ts'
import type { Scope } from './scopes.ts'
import { child, field, type Syntax } from './syntax.ts'

/** Where a declaration stands. */
export interface Place {
  readonly scope: Scope
  /** The definition around it. */
  readonly container: number | null
  /** Whether it stands in a function. */
  readonly local: boolean
}

/** Binds the names of a pattern; as definitions where it stands at the top. */
export function bindPattern(
  source: EcmaSource,
  node: Syntax,
  scope: Scope,
  given: Syntax | null,
  path: readonly string[],
  from: Scope,
  type: Syntax | null = null,
  define: Place | null = null,
): void {
  const next = (kid: Syntax, members: readonly string[], value = given): void =>
    bindPattern(source, kid, scope, value, members, from, null, define)
  switch (node.type) {
    case 'identifier':
    case 'shorthand_property_identifier_pattern': {
      const name = source.said(node)
      source.names.add(node)
      const facts = { given, path, type, scope: from }
      if (define === null) source.bind(scope, name, { is: 'local', n: 0, ...facts })
      else {
        const n = source.define(name, 'variable', { node, named: node, ...define })
        source.bind(scope, name, { is: 'own', n, ...facts })
      }
      return
    }
    case 'pair_pattern': {
      const key = memberName(source, field(node, 'key'))
      const value = field(node, 'value')
      if (value !== undefined) next(value, [...path, key ?? ''], key === undefined ? null : given)
      return
    }
    case 'object_pattern':
      for (const kid of node.kids) {
        if (kid.type === 'shorthand_property_identifier_pattern') next(kid, [...path, source.said(kid)])
        else if (kid.type === 'rest_pattern') next(kid, [], null)
        else next(kid, path)
      }
      return
    case 'object_assignment_pattern':
    case 'assignment_pattern': {
      const left = field(node, 'left')
      // A default may stand there instead.
      if (left !== undefined) next(left, [], null)
      return
    }
    case 'array_pattern':
    case 'rest_pattern':
      for (const kid of node.kids) next(kid, [], null)
      return
    default:
      return
  }
}

/** Names that `require` gives: the module, or members of it. */
export function bindRequired(source: EcmaSource, name: Syntax, scope: Scope, from: ImportedFrom): void {
  if (name.type === 'identifier') {
    bindImport(source, name, scope, '*', from)
    return
  }
  for (const kid of name.type === 'object_pattern' ? name.kids : []) {
    const isPair = kid.type === 'pair_pattern'
    const local = isPair ? field(kid, 'value') : kid
    const key = isPair ? memberName(source, field(kid, 'key')) : memberName(source, kid)
    if (
      local === undefined ||
      key === undefined ||
      !/^(identifier|shorthand_property_identifier_pattern)$/.test(local.type)
    ) {
      bindPattern(source, kid, scope, null, [], scope)
      continue
    }
    bindImport(source, local, scope, key, from)
  }
  if (name.type !== 'object_pattern') bindPattern(source, name, scope, null, [], scope)
}

export function bindImports(source: EcmaSource, node: Syntax, scope: Scope): void {
  const equals = child(node, 'import_require_clause')
  const text = field(node, 'source') ?? (equals && field(equals, 'source'))
  if (text === undefined) return
  const from = source.said(text).slice(1, -1)
  const bind = (local: Syntax, name: string, common = false): void =>
    bindImport(source, local, scope, name, { from, common })
  const [whole] = equals?.kids ?? []
  if (whole?.type === 'identifier') {
    bind(whole, '*', true)
    return
  }
  for (const clause of child(node, 'import_clause')?.kids ?? []) {
    const [first] = clause.kids
    if (clause.type === 'identifier') bind(clause, 'default')
    else if (clause.type === 'namespace_import' && first !== undefined) bind(first, '*')
    else if (clause.type === 'named_imports')
      for (const one of clause.kids) {
        const name = field(one, 'name')
        if (name === undefined) continue
        source.names.add(name)
        bind(field(one, 'alias') ?? name, memberName(source, name) ?? source.said(name))
      }
  }
}

/** A name for something of another file. */
function bindImport(
  source: EcmaSource,
  local: Syntax,
  scope: Scope,
  name: string,
  { from, common }: ImportedFrom,
): void {
  source.names.add(local)
  source.bind(scope, source.said(local), { is: 'import', n: source.import(from, name, common) })
}

/** The name of a type that is written beside something, where it is a name alone. */
export function typeOf(node: Syntax): Syntax | null {
  const [type] = field(node, 'type')?.kids ?? []
  return type?.type === 'type_identifier' ? type : null
}
