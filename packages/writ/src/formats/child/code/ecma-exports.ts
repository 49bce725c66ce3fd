import type { CodeReach } from '@writ/contract'
import type { Reaches } from './ecma-reach.ts'
import { bare, type EcmaSource, memberName } from './ecma-source.ts'
import { leaves } from './ecma-targets.ts'
import type { Scope } from './scopes.ts'
import { child, field, type Syntax } from './syntax.ts'

/** A place that hands something on. */
interface Handed {
  readonly shown: Syntax
  readonly reach: CodeReach
}

/** Keeps what an `export` hands on, and gives the places where it names it. */
export function exportsOf(
  source: EcmaSource,
  reaches: Reaches,
  node: Syntax,
  scope: Scope,
): readonly Handed[] {
  const from = field(node, 'source')
  const clause = child(node, 'export_clause')
  if (clause !== undefined) return listed(source, reaches, clause, from, scope)
  if (from !== undefined) {
    const [as] = child(node, 'namespace_export')?.kids ?? []
    const name = as === undefined ? '*' : named(source, as)
    source.exports.push({ name, reach: imported(source, from, '*') })
    return []
  }
  const declaration = field(node, 'declaration')
  const value = field(node, 'value')
  const [equals] = node.marks.includes('=') ? node.kids : []
  if (value !== undefined) source.exports.push({ name: 'default', reach: reaches.of(value, scope) })
  for (const n of declaration === undefined ? [] : declared(source, declaration)) {
    const name = node.marks.includes('default') ? 'default' : (source.definitions[n]?.name ?? '')
    source.exports.push({ name, reach: { root: 'own', n, path: [], loose: false } })
  }
  if (equals === undefined) return []
  const reach = reaches.of(equals, scope)
  source.exports.push({ name: '=', reach })
  return [{ shown: equals, reach }]
}

function listed(
  source: EcmaSource,
  reaches: Reaches,
  clause: Syntax,
  from: Syntax | undefined,
  scope: Scope,
): readonly Handed[] {
  return clause.kids.flatMap((one) => {
    const name = field(one, 'name')
    if (name === undefined) return []
    const reach = from === undefined ? reaches.of(name, scope) : imported(source, from, named(source, name))
    source.exports.push({ name: named(source, field(one, 'alias') ?? name), reach })
    return [{ shown: one, reach }]
  })
}

function imported(source: EcmaSource, from: Syntax, name: string): CodeReach {
  const n = source.import(source.said(from).slice(1, -1), name, false)
  return { root: 'import', n, path: [], loose: false }
}

function named(source: EcmaSource, name: Syntax): string {
  return memberName(source, name) ?? source.said(name)
}

/** The definitions of a declaration at the top. */
function declared(source: EcmaSource, declaration: Syntax): number[] {
  const inner = declaration.type === 'ambient_declaration' ? declaration.kids : [declaration]
  return inner.flatMap((one) => {
    const own = source.defined.get(one)
    if (own !== undefined) return [own]
    return one.kids.flatMap((kid) => {
      const name = kid.type === 'variable_declarator' ? field(kid, 'name') : undefined
      return (name === undefined ? [] : leaves(name)).flatMap((leaf) => {
        const binding = source.top.find(source.said(leaf))
        return binding?.is === 'own' ? [binding.n] : []
      })
    })
  })
}

/** Keeps what an assignment to `module.exports`, or to a member of it, hands on. */
export function commonExport(
  source: EcmaSource,
  reaches: Reaches,
  { name, right }: { readonly name: string; readonly right: Syntax },
  scope: Scope,
): void {
  let value = bare(right)
  while (value.type === 'assignment_expression') value = bare(field(value, 'right') ?? right)
  source.exports.push({ name, reach: reaches.of(value, scope) })
  if (name !== '=' || value.type !== 'object') return
  for (const kid of value.kids) {
    const [spread] = kid.type === 'spread_element' ? kid.kids : []
    if (spread !== undefined) source.exports.push({ name: '*', reach: reaches.of(spread, scope) })
  }
}
