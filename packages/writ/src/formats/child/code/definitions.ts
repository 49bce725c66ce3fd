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
  function_definition: 'function',
  class_definition: 'class',
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

/** Definitions of a language whose scopes are not read, by the form of its syntax. */
export function readDefinitions(language: string, text: string, root: Syntax, partly: boolean): CodeFacts {
  const at = byteOffsets(text)
  const definitions: CodeDefinition[] = []
  const visit = (node: Syntax, container: number | null, local: boolean): void => {
    const kind = DEFINING[node.type]
    const named = kind === undefined ? undefined : (field(node, 'name') ?? field(node, 'left'))
    let inner = container
    let within = local
    if (kind !== undefined && named !== undefined) {
      checkDefinitions(definitions.length)
      const holder = container === null ? undefined : definitions[container]
      const isMethod = kind === 'function' && holder?.kind === 'class'
      inner = definitions.length
      definitions.push({
        name: text.slice(named.start, named.end),
        kind: isMethod ? 'method' : kind,
        start: at(named.start),
        end: at(named.end),
        from: at(node.start),
        to: at(node.end),
        container,
        local,
        fixed: false,
        value: null,
        base: null,
      })
      within ||= kind === 'function' || kind === 'method'
    }
    for (const kid of node.kids) visit(kid, inner, within)
  }
  visit(root, null, false)
  const assigned = language === 'python' ? root.kids : []
  for (const statement of assigned) {
    const [assignment] = statement.type === 'expression_statement' ? statement.kids : []
    const left = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined
    if (assignment === undefined || left?.type !== 'identifier') continue
    const name = text.slice(left.start, left.end)
    if (definitions.some((one) => one.container === null && one.name === name)) continue
    const place = {
      start: at(left.start),
      end: at(left.end),
      from: at(assignment.start),
      to: at(assignment.end),
    }
    definitions.push({
      name,
      kind: 'variable',
      ...place,
      container: null,
      local: false,
      fixed: false,
      value: null,
      base: null,
    })
  }
  return { definitionsOnly: true, partly, definitions, uses: [], imports: [], exports: [] }
}
