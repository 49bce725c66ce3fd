import type { Candidate } from './python-scopes.ts'
import type { PythonSource } from './python-source.ts'
import { field, type Syntax } from './syntax.ts'

/** A name that an import binds. */
export interface ImportedName {
  /** What is shown of it. */
  readonly shown: Syntax
  readonly local: string
}

/** Names that an import binds; of `import a.b` the first. */
export function importedNames(source: PythonSource, node: Syntax): readonly ImportedName[] {
  return node.kids
    .filter(({ field: of }) => of === 'name')
    .flatMap((one) => {
      const name = one.type === 'aliased_import' ? field(one, 'name') : one
      const alias = one.type === 'aliased_import' ? field(one, 'alias') : undefined
      const [first] = name?.kids ?? []
      const local = alias ?? first
      return local === undefined ? [] : [{ shown: one, local: source.said(local) }]
    })
}

/** Keeps what a statement imports, and binds the names for it. */
export function bindImport(
  source: PythonSource,
  node: Syntax,
  bind: (name: string, candidate: Candidate) => void,
): void {
  const said = (one: Syntax): string => source.said(one).replaceAll(/[\s\\]/g, '')
  const module = field(node, 'module_name')
  const from = module === undefined ? undefined : said(module)
  for (const one of node.kids) {
    if (one.type === 'wildcard_import' && from !== undefined) {
      const n = source.importOf(from, '*')
      source.stars.push(n)
      source.exports.push({ name: '*', reach: { root: 'import', n, path: [], loose: true } })
      continue
    }
    if (one.field !== 'name') continue
    const aliased = one.type === 'aliased_import'
    const named = aliased ? field(one, 'name') : one
    const alias = aliased ? field(one, 'alias') : undefined
    if (named === undefined) continue
    const name = said(named)
    if (from !== undefined)
      bind(alias === undefined ? name : said(alias), { is: 'import', n: source.importOf(from, name) })
    else if (alias !== undefined) bind(said(alias), { is: 'import', n: source.importOf(name, '*') })
    else {
      // `import a.b` binds `a`, as any other import of what is in `a` does.
      const first = name.split('.')[0] ?? name
      bind(first, { is: 'import', n: source.importOf(first, '*') })
    }
  }
}
