import type { CodeDefinition, CodeExport, CodeImport, CodeUse, SymbolKind } from '@writ/contract'
import { Refused } from '../refused.ts'
import { checkDefinitions } from './definitions.ts'
import type { Syntax } from './syntax.ts'

/** Most uses that are kept of one file. */
const MOST_USES = 100_000

type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** What has been found in a text, of whatever language. */
export class FoundFacts {
  readonly text: string
  readonly at: (unit: number) => number
  readonly definitions: Changing<CodeDefinition>[] = []
  readonly imports: CodeImport[] = []
  readonly exports: CodeExport[] = []
  readonly uses: CodeUse[] = []
  /** Names of definitions, and what declares a name without using it. */
  readonly names: Set<Syntax> = new Set()

  constructor(text: string, at: (unit: number) => number) {
    this.text = text
    this.at = at
  }

  said(node: Syntax): string {
    return this.text.slice(node.start, node.end)
  }

  define(name: string, kind: SymbolKind, { node, named, container, local, fixed = false }: Defined): number {
    checkDefinitions(this.definitions.length)
    const n = this.definitions.length
    const place = { start: this.at(named.start), end: this.at(named.end) }
    const body = { from: this.at(node.start), to: this.at(node.end) }
    this.definitions.push({
      name,
      kind,
      ...place,
      ...body,
      container,
      local,
      fixed,
      value: null,
      bases: [],
      loose: false,
    })
    this.names.add(named)
    return n
  }

  import(source: string, name: string, common: boolean): number {
    this.imports.push({ source, name, common })
    return this.imports.length - 1
  }

  use(use: CodeUse): void {
    if (this.uses.length >= MOST_USES) throw new Refused('limits', `it uses more than ${MOST_USES} names`)
    this.uses.push(use)
  }
}

interface Defined {
  readonly node: Syntax
  readonly named: Syntax
  readonly container: number | null
  readonly local: boolean
  readonly fixed?: boolean
}
