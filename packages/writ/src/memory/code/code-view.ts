import {
  type CodeLink,
  type CodeReach,
  INSTANCE_STEP,
  LINK_CONFIDENCES,
  LINK_GROUPS,
  type LinkConfidence,
  type LinkList,
  type LinkRequest,
  type SymbolList,
  type SymbolRequest,
  type UnreadCode,
  WritError,
} from '@writ/contract'
import { CodeGraph, type Edge, type OpenCall, type OpenWrite } from './code-graph.ts'
import { isPython, languageOf } from './code-language.ts'
import { CodeRows, type DocumentOf, qualified } from './code-rows.ts'
import { memberKey, type SourceFile, type Sym } from './code-symbols.ts'
import type { CodeStructure } from './kept-code.ts'
import { STANDARD_MODULES } from './python-standard.ts'

/** Names of documents that are given of those that are not read. */
const UNREAD_NAMES = 20

/** Symbols of one name that are looked into. */
const MOST_MEANT = 100

/** Everything that is written as state of a module. */
const ALL_STATE = '*'

/** The structure of the source that a frame may see: of no other file anything is known here. */
export class CodeView {
  readonly #files: readonly CodeStructure[]
  readonly #graph: CodeGraph
  readonly #rows: CodeRows
  readonly #documentOf: DocumentOf
  readonly #into: ReadonlyMap<Sym | null, readonly Edge[]>
  readonly #outOf: ReadonlyMap<Sym | null, readonly Edge[]>
  /** Calls that lead nowhere, by the name of what they call. */
  readonly #open: ReadonlyMap<string | undefined, readonly OpenCall[]>
  readonly #byId: ReadonlyMap<string, readonly Sym[]>

  constructor(files: readonly CodeStructure[], documentOf: DocumentOf) {
    this.#files = files
    this.#documentOf = documentOf
    const known = files.flatMap(({ doc, facts }): SourceFile[] => (facts === null ? [] : [{ doc, facts }]))
    this.#graph = new CodeGraph(known)
    this.#rows = new CodeRows(this.#graph, documentOf)
    this.#into = Map.groupBy(this.#graph.edges, ({ to }) => to)
    this.#outOf = Map.groupBy(this.#graph.edges, ({ from }) => from)
    this.#open = Map.groupBy(this.#graph.open, calledName)
    this.#byId = Map.groupBy(this.#graph.symbols, (sym) => this.#rows.id(sym))
  }

  symbols({ match, kind, doc, limit }: SymbolRequest): SymbolList {
    const words = (match ?? '').toLowerCase().split(/\s+/)
    const found = this.#graph.symbols.filter(
      (sym) =>
        (kind === undefined || sym.def.kind === kind) &&
        (doc === undefined || sym.file.doc === doc) &&
        words.every((word) => this.#rows.id(sym).toLowerCase().includes(word)),
    )
    const sorted = found.toSorted((a, b) => byPlace(a.file.doc, a.def.start, b.file.doc, b.def.start))
    return {
      symbols: sorted.slice(0, limit).map((sym) => this.#rows.symbol(sym)),
      truncated: sorted.length > limit,
      files: this.#files.length,
      unread: this.#unread(() => true, null),
    }
  }

  /** Throws `UNKNOWN_SYMBOL`. */
  links({ of, direction, kind, limit }: LinkRequest): LinkList {
    const meant = of === ALL_STATE ? [] : this.#named(of)
    const syms = meant.slice(0, MOST_MEANT)
    const wanted: ReadonlySet<string> | null = kind === undefined ? null : new Set(LINK_GROUPS[kind])
    const edges = of === ALL_STATE ? this.#writes() : syms.flatMap((sym) => this.#edgesOf(sym, direction))
    const kept = distinct(edges)
      .filter((edge) => wanted?.has(edge.kind) !== false)
      .toSorted((a, b) => byPlace(a.file.doc, a.start, b.file.doc, b.start))
    const names = syms.map(({ def }) => def.name)
    return {
      of: syms.slice(0, limit).map((sym) => this.#rows.symbol(sym)),
      links: kept.slice(0, limit).map((edge) => this.#row(edge)),
      truncated: kept.length > limit || meant.length > Math.min(limit, MOST_MEANT),
      files: this.#files.length,
      unread:
        direction === 'out'
          ? this.#unread((doc) => syms.some(({ file }) => file.doc === doc), syms)
          : this.#unread(
              (doc) => names.length === 0 || this.#holds(doc, names),
              of === ALL_STATE ? null : syms,
            ),
    }
  }

  #edgesOf(sym: Sym, direction: 'in' | 'out'): Edge[] {
    const open = this.#graph.open
    if (direction === 'in')
      return [
        ...(this.#into.get(sym) ?? []),
        ...this.#graph.aliasWrites.filter(({ to }) => to === sym),
        ...this.#graph.openWrites
          .filter((write) => mayWrite(write, sym))
          .map(({ edge }) => ({ ...edge, to: sym })),
        ...(this.#open.get(memberKey(sym)) ?? [])
          .filter((call) => mayBe(call, sym, this.#graph))
          .map((call) => edgeOf(call, sym, 'name-only')),
      ]
    const inside = (from: Sym | null): boolean => from === sym || (from !== null && isWithin(from, sym))
    const edges = [...this.#outOf].flatMap(([from, own]) => (inside(from) ? own : []))
    return [
      ...edges,
      ...open.filter(({ from }) => inside(from)).map((call) => edgeOf(call, null, 'unresolved')),
    ]
  }

  /** Writes to what lives as long as its module. */
  #writes(): Edge[] {
    const kinds: ReadonlySet<string> = new Set(LINK_GROUPS.writes)
    const known = this.#graph.edges.filter(({ kind, to }) => kinds.has(kind) && to !== null && !to.def.local)
    return [...known, ...this.#graph.openWrites.map(({ edge }) => edge)]
  }

  /** What a name means; a definition that is another's alias is not meant beside it. */
  #named(of: string): readonly Sym[] {
    const { symbols } = this.#graph
    const exact = this.#byId.get(of)
    if (exact !== undefined) return exact
    const name = of.replace(/\(\)$/, '')
    const mark = name.indexOf('#')
    // A name that begins with the mark is that of a private member.
    const [doc, inside] =
      mark > 0 ? ([name.slice(0, mark), name.slice(mark + 1)] as const) : ([null, name] as const)
    const found = symbols.filter((sym) => {
      if (doc !== null && sym.file.doc !== doc && !sym.file.doc.endsWith(`/${doc}`)) return false
      const own = qualified(sym)
      return own === inside || own.endsWith(`.${inside}`)
    })
    const meant = found.filter(({ def }) => def.kind !== 'field' || def.value === null)
    if (meant.length === 0) {
      const last = inside.slice(inside.lastIndexOf('.') + 1)
      const unread = this.#unread((id) => this.#holds(id, [last]), null).count
      const but = unread === 0 ? '' : ' Files that may define it are not read whole.'
      throw new WritError(
        'UNKNOWN_SYMBOL',
        `Nothing called ${JSON.stringify(of)} is defined in source that this frame may read.${but}`,
        { data: { files: this.#files.length, unread } },
      )
    }
    return meant
  }

  #row(edge: Edge): CodeLink {
    const { kind, confidence, from, inFunction, to, file, start, end } = edge
    return {
      kind,
      confidence,
      from: from === null ? null : this.#rows.id(from),
      inFunction,
      to: to === null ? null : this.#rows.id(to),
      name: this.#rows.said(file, start, end),
      doc: file.doc,
      ...this.#rows.at(file, start),
    }
  }

  /** Source that may hold more: what was not read, not read whole, or read for definitions alone. */
  #unread(concerns: (doc: string) => boolean, of: readonly Sym[] | null): UnreadCode {
    const languages = of === null ? null : new Set(of.map(({ file }) => familyOf(file.doc)))
    const docs = this.#files.filter(({ doc, facts }) => {
      const isOther = languages !== null && !languages.has(familyOf(doc))
      if (isOther || (facts !== null && !facts.partly && !facts.definitionsOnly)) return false
      return concerns(doc)
    })
    return { count: docs.length, docs: docs.slice(0, UNREAD_NAMES).map(({ doc }) => doc) }
  }

  #holds(id: string, names: readonly string[]): boolean {
    const { pack, doc } = this.#documentOf(id)
    const text = pack.text(doc, 0, doc.bytes)
    return names.some((name) => text.includes(name === 'default' ? 'import' : name))
  }
}

/** Languages that call each other by name. */
function familyOf(doc: string): string | undefined {
  const language = languageOf(doc)
  return language === 'typescript' || language === 'tsx' ? 'javascript' : language
}

/** The name of what a call calls, where it has one. */
function calledName({ file, use: { reach } }: OpenCall): string | undefined {
  const imported = reach.root === 'import' ? file.facts.imports[reach.n]?.name : undefined
  return reach.path.at(-1) ?? imported
}

/** Whether a write of a name that is not known may be one of a symbol. */
function mayWrite({ module, name }: OpenWrite, { file, def }: Sym): boolean {
  const isOfModule = def.container === null && !def.local && isPython(file)
  return isOfModule && (module === null || module === file) && (name === null || name === def.name)
}

/** Whether a call that leads nowhere may be one of a symbol, as far as more than its name tells. */
function mayBe({ file, use: { reach, kind } }: OpenCall, sym: Sym, graph: CodeGraph): boolean {
  const { def } = sym
  if (isPython(file)) return mayBeInPython(file, reach, sym)
  if (kind !== 'call' && def.kind !== 'class' && def.kind !== 'function') return false
  if (/^(interface|type|enum|namespace)$/.test(def.kind)) return false
  if (def.kind === 'method' || def.kind === 'field')
    return reach.path.length > 1 || (reach.path.length === 1 && reach.root !== 'free')
  if (def.local || def.container !== null) return false
  const isScript = sym.file.facts.imports.length === 0 && sym.file.facts.exports.length === 0
  if (reach.root === 'free' && reach.path.length === 1) return isScript
  return (reach.root === 'import' || reach.root === 'free') && graph.exportedAs(sym).length > 0
}

/** The same in Python, of which it is known what cannot be the corpus's own. */
function mayBeInPython(file: SourceFile, { root, n, path }: CodeReach, sym: Sym): boolean {
  const { def } = sym
  const imported = root === 'import' ? file.facts.imports[n] : undefined
  if (!isPython(sym.file) || def.kind === 'variable') return false
  if (imported !== undefined && STANDARD_MODULES.has(imported.source.split('.')[0] ?? ''))
    return path.includes(INSTANCE_STEP) && path.length > 1
  const held = root === 'own' && path.length === 1 ? file.facts.definitions[n]?.value : undefined
  if (isOfPython(root, path) || (held?.loose === false && isOfPython(held.root, [...held.path, ...path])))
    return false
  const holder = def.container === null ? undefined : sym.file.facts.definitions[def.container]
  if (holder?.kind === 'class') return path.length > 0 && (root !== 'free' || path.length > 1)
  if (def.local || root === 'free') return false
  return root === 'import' || path.length > 0
}

/** Whether a path leads to a member of what Python has without an import. */
function isOfPython(root: CodeReach['root'], path: readonly string[]): boolean {
  return root === 'free' && path.length > 1 && /^(str|list|dict|set|tuple|int|float)$/.test(path[0] ?? '')
}

function edgeOf({ file, use, from }: OpenCall, to: Sym | null, confidence: LinkConfidence): Edge {
  const kind = use.kind === 'new' ? 'new' : 'call'
  return { kind, confidence, file, start: use.start, end: use.end, from, inFunction: use.inFunction, to }
}

function isWithin(sym: Sym, holder: Sym): boolean {
  if (sym.file !== holder.file) return false
  const { definitions } = sym.file.facts
  for (let at = sym.def.container; at !== null; at = definitions[at]?.container ?? null)
    if (definitions[at] === holder.def) return true
  return false
}

/** Links without those that say the same of the same place; the surest stays. */
function distinct(edges: readonly Edge[]): readonly Edge[] {
  const found = new Map<string, Edge>()
  const ids = new Map<Sym, number>()
  const idOf = (sym: Sym | null): number => {
    if (sym === null) return -1
    const id = ids.get(sym) ?? ids.size
    ids.set(sym, id)
    return id
  }
  for (const edge of edges) {
    const key = `${edge.kind} ${edge.file.doc} ${edge.start} ${edge.end} ${idOf(edge.to)}`
    const before = found.get(key)
    const isSurer = before !== undefined && rank(edge) < rank(before)
    if (before === undefined || isSurer) found.set(key, edge)
  }
  return [...found.values()]
}

function rank({ confidence }: Edge): number {
  return LINK_CONFIDENCES.indexOf(confidence)
}

function byPlace(docA: string, a: number, docB: string, b: number): number {
  return docA < docB ? -1 : docA > docB ? 1 : a - b
}
