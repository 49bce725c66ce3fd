import type { PythonSource } from './python-source.ts'
import { field, type Syntax } from './syntax.ts'

/** What a name of an import is bound to. */
export interface ImportCandidate {
  readonly is: 'import'
  readonly n: number
}

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
  bind: (name: string, candidate: ImportCandidate, named: Syntax) => void,
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
    const local = alias === undefined ? name : said(alias)
    const shown = alias ?? named.kids[0] ?? named
    if (from !== undefined) bind(local, { is: 'import', n: source.importOf(from, name) }, shown)
    else if (alias !== undefined) bind(local, { is: 'import', n: source.importOf(name, '*') }, shown)
    else {
      // `import a.b` binds `a`, as any other import of what is in `a` does.
      const first = name.split('.')[0] ?? name
      bind(first, { is: 'import', n: source.importOf(first, '*') }, shown)
    }
  }
}
