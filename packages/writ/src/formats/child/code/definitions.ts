import type { CodeDefinition, CodeFacts, SymbolKind } from '@writ/contract'
import { Refused } from '../refused.ts'
import { byteOffsets, field, type Syntax } from './syntax.ts'

/** Most definitions that are kept of one file. */
const MOST_DEFINITIONS = 20_000

/** Throws `Refused` where a file may have no more definitions than it has. */
export function checkDefinitions(count: number): void {
  if (count >= MOST_DEFINITIONS)
    throw new Refused('limits', `it has more than ${MOST_DEFINITIONS} definitions`)
}

/** What defines something in languages of which only definitions are read. */
const DEFINING: Readonly<Record<string, SymbolKind>> = {
  function_declaration: 'function',
  method_declaration: 'method',
  constructor_declaration: 'method',
  type_spec: 'type',
  type_alias: 'type',
  const_spec: 'variable',
  var_spec: 'variable',
  function_item: 'function',
  function_signature_item: 'function',
  struct_item: 'class',
  union_item: 'class',
  trait_item: 'interface',
  enum_item: 'enum',
  const_item: 'variable',
  static_item: 'variable',
  type_item: 'type',
  mod_item: 'namespace',
  macro_definition: 'function',
  class_declaration: 'class',
  record_declaration: 'class',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
}

/** A definition that is found, and where. */
interface Found {
  readonly node: Syntax
  readonly named: Syntax
  readonly container: number | null
  readonly local: boolean
}

/** Definitions of a language whose scopes are not read, by the form of its syntax. */
export function readDefinitions(text: string, root: Syntax, partly: boolean): CodeFacts {
  const at = byteOffsets(text)
  const definitions: CodeDefinition[] = []
  const define = (kind: SymbolKind, { node, named, container, local }: Found): void => {
    checkDefinitions(definitions.length)
    const name = text.slice(named.start, named.end)
    const place = { start: at(named.start), end: at(named.end), from: at(node.start), to: at(node.end) }
    definitions.push({
      name,
      kind,
      ...place,
      container,
      local,
      fixed: false,
      value: null,
      bases: [],
      loose: false,
    })
  }
  const visit = (node: Syntax, container: number | null, local: boolean): void => {
    const kind = DEFINING[node.type]
    const named = kind === undefined ? undefined : (field(node, 'name') ?? field(node, 'left'))
    let inner = container
    let within = local
    if (kind !== undefined && named !== undefined) {
      const holder = container === null ? undefined : definitions[container]
      const isMethod = kind === 'function' && holder?.kind === 'class'
      inner = definitions.length
      define(isMethod ? 'method' : kind, { node, named, container, local })
      within ||= kind === 'function' || kind === 'method'
    }
    for (const kid of node.kids) visit(kid, inner, within)
  }
  visit(root, null, false)
  return { definitionsOnly: true, partly, definitions, uses: [], imports: [], exports: [] }
}
