import {
  type CodeDefinition,
  type CodeReach,
  type CodeUse,
  INSTANCE_STEP,
  type LinkConfidence,
  type LinkKind,
  THIS_STEP,
} from '@writ/contract'
import { CodeResolver, type Trail } from './code-resolver.ts'
import { isCollection, type SourceFile, type Sym, symbolsOf } from './code-symbols.ts'

/** Names that are told of what a file hands on several times. */
const MOST_NAMES = 20

/** A use that leads from one place to a symbol, or nowhere in reach. */
export interface Edge {
  readonly kind: LinkKind
  readonly confidence: LinkConfidence
  readonly file: SourceFile
  readonly start: number
  readonly end: number
  readonly from: Sym | null
  readonly inFunction: boolean
  readonly to: Sym | null
}

/** Where an edge begins. */
type Place = Pick<Edge, 'file' | 'start' | 'end' | 'from' | 'inFunction'>

/** A call that leads nowhere in reach. */
export interface OpenCall {
  readonly file: SourceFile
  readonly use: CodeUse
  readonly from: Sym | null
}

/** Symbols of some files and how they lead to each other. What is not among the files does not exist. */
export class CodeGraph {
  readonly symbols: readonly Sym[]
  readonly edges: Edge[] = []
  readonly open: OpenCall[] = []
  readonly #symbols: ReadonlyMap<SourceFile, readonly Sym[]>
  readonly #resolver: CodeResolver
  readonly #handed = new Map<SourceFile, Map<CodeDefinition, string[]>>()

  constructor(files: readonly SourceFile[]) {
    this.#symbols = new Map(files.map((file) => [file, symbolsOf(file)]))
    this.#resolver = new CodeResolver(files, this.#symbols)
    this.symbols = [...this.#symbols.values()].flat()
    this.#inherit()
    this.#resolver.findWritten(files)
    for (const file of files) for (const use of file.facts.uses) this.#link(file, use)
  }

  /** Names under which its file hands a symbol on. */
  exportedAs({ file, def }: Sym): readonly string[] {
    let names = this.#handed.get(file)
    if (names === undefined) {
      names = new Map()
      const own = this.#symbols.get(file) ?? []
      for (const { name, reach } of file.facts.exports) {
        const handed = reach.root === 'own' && reach.path.length === 0 ? own[reach.n]?.def : undefined
        if (handed !== undefined) names.set(handed, [...(names.get(handed) ?? []).slice(0, MOST_NAMES), name])
      }
      this.#handed.set(file, names)
    }
    return names.get(def) ?? []
  }

  #inherit(): void {
    for (const sym of this.symbols) {
      if (sym.def.base === null) continue
      const { value } = this.#resolver.follow(sym.file, sym.def.base, 0)
      const base = value !== null && 'sym' in value && value.instance === 'no' ? value.sym : undefined
      if (base === undefined || base === sym) continue
      base.extended.push(sym)
      this.#edge('extend', 'certain', sym, base)
      for (const [side, of] of [
        ['fixed', sym.fixed],
        ['ofInstance', sym.ofInstance],
      ] as const)
        for (const [name, member] of of) {
          const over = this.#resolver.member(base, name, side, 0)
          if (over !== undefined && name !== 'constructor' && !name.startsWith('#'))
            this.#edge('override', 'certain', member, over)
        }
    }
  }

  #edge(kind: LinkKind, confidence: LinkConfidence, from: Sym, to: Sym): void {
    const { file, def } = from
    this.edges.push({ kind, confidence, file, start: def.start, end: def.end, from, inFunction: false, to })
  }

  #link(file: SourceFile, use: CodeUse): void {
    const from = use.within === null ? null : (this.#symbols.get(file)?.[use.within] ?? null)
    const place: Place = { file, start: use.start, end: use.end, from, inFunction: use.inFunction }
    switch (use.kind) {
      case 'call':
      case 'new':
        this.#call(use, place)
        return
      case 'member-write':
      case 'mutate':
      case 'write':
        this.#write(use, place)
        return
      default: {
        const { value, names } = this.#resolver.follow(file, use.reach, 0, true)
        const last = value !== null && 'sym' in value ? [value.sym] : []
        for (const to of new Set([...names, ...last]))
          this.edges.push({
            kind: use.kind,
            confidence: value === null || value.loose ? 'likely' : 'certain',
            ...place,
            to,
          })
      }
    }
  }

  #call(use: CodeUse, place: Place): void {
    const { file, from } = place
    const trail = this.#called(file, use.reach)
    const { value } = trail
    const others = this.#overriding(file, use.reach)
    const { kind } = use
    for (const to of others) this.edges.push({ kind, confidence: 'likely', ...place, to })
    if (value === null || !('sym' in value)) {
      if (others.size === 0) this.open.push({ file, use, from })
      return
    }
    const confidence = value.loose ? 'likely' : 'certain'
    for (const to of new Set([...trail.names, value.sym]))
      if (!others.has(to)) this.edges.push({ kind, confidence, ...place, to })
  }

  /** Methods that a call of `this` may come to in what extends its class. */
  #overriding(file: SourceFile, { path, ...reach }: CodeReach): ReadonlySet<Sym> {
    const name = path.at(-1)
    if (name === undefined || path.at(-2) !== THIS_STEP) return new Set()
    const { value } = this.#resolver.follow(file, { ...reach, path: path.slice(0, -1) }, 0)
    return value !== null && 'sym' in value && reach.root === 'own'
      ? this.#resolver.over(value.sym, name)
      : new Set()
  }

  /** What a call calls: a function by its `call`, `apply` or `bind` too. */
  #called(file: SourceFile, reach: CodeReach): Trail {
    const whole = this.#resolver.follow(file, reach, 0, true)
    const last = reach.path.at(-1)
    if (whole.value !== null || (last !== 'call' && last !== 'apply')) return whole
    const inner = this.#resolver.follow(file, { ...reach, path: reach.path.slice(0, -1) }, 0, true)
    const { value } = inner
    const isFunction =
      value !== null &&
      'sym' in value &&
      /^(function|method)$/.test(value.sym.def.kind) &&
      value.instance === 'no'
    return isFunction ? inner : whole
  }

  #write({ kind, reach }: CodeUse, place: Place): void {
    const { file } = place
    const path = kind === 'member-write' ? reach.path.slice(0, -1) : reach.path
    if (kind === 'write') {
      const { value } = this.#resolver.follow(file, { ...reach, path: [] }, 0)
      if (value !== null && 'sym' in value)
        this.edges.push({ kind, confidence: 'certain', ...place, to: value.sym })
      return
    }
    const state = this.#state(file, { ...reach, path })
    if (state === undefined) return
    const isSure = !reach.loose && (kind === 'member-write' || (state.isWhole && isCollection(state.sym)))
    this.edges.push({
      kind,
      confidence: isSure ? 'certain' : 'likely',
      ...place,
      to: state.sym,
    })
  }

  /** The variable that a changed path begins with. */
  #state(file: SourceFile, reach: CodeReach): { readonly sym: Sym; readonly isWhole: boolean } | undefined {
    for (let length = 0; length <= reach.path.length; length += 1) {
      const { value } = this.#resolver.follow(file, { ...reach, path: reach.path.slice(0, length) }, 0)
      if (value === null) return undefined
      const next = reach.path[length]
      if (!('sym' in value) || next === INSTANCE_STEP || next === THIS_STEP) continue
      // An instance of a class is nobody's variable.
      if (value.instance !== 'no') return undefined
      return { sym: value.sym, isWhole: length === reach.path.length }
    }
    return undefined
  }
}
