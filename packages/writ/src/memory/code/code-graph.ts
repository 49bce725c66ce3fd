import type {
  AnyMember,
  CodeDefinition,
  CodeFacts,
  CodeReach,
  CodeUse,
  InstanceStep,
  LinkConfidence,
  LinkKind,
  ThisStep,
} from '@writ/contract'
import { fileOf } from './module-files.ts'

const INSTANCE: InstanceStep = '*new'
const THIS_INSTANCE: ThisStep = '*this'
const ANY_MEMBER: AnyMember = '*any'

/** A source file whose structure is known. */
export interface SourceFile {
  readonly doc: string
  readonly facts: CodeFacts
}

/** A definition among all those in reach. */
export interface Sym {
  readonly file: SourceFile
  readonly def: CodeDefinition
  readonly fixed: Map<string, Sym>
  readonly ofInstance: Map<string, Sym>
  readonly extended: Sym[]
}

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

/** A call that leads nowhere in reach. */
export interface OpenCall {
  readonly file: SourceFile
  readonly use: CodeUse
  readonly from: Sym | null
}

/** What a path has come to: a symbol or one of its instances, or a whole module. */
type Value =
  | { readonly sym: Sym; readonly instance: 'no' | 'exact' | 'any'; readonly loose: boolean }
  | { readonly module: SourceFile; readonly loose: boolean }

/** The symbols that a path leads by; the last is where it ends. */
interface Trail {
  readonly value: Value | null
  /** Symbols that were named on the way, each a name for the next. */
  readonly names: readonly Sym[]
}

/** Longer chains of names for names are not followed. */
const MOST_HOPS = 24
/** Names that are told of what a file hands on several times. */
const MOST_NAMES = 20

/** Symbols of some files and how they lead to each other. What is not among the files does not exist. */
export class CodeGraph {
  readonly symbols: readonly Sym[]
  readonly edges: Edge[] = []
  readonly open: OpenCall[] = []
  readonly #files: ReadonlyMap<string, SourceFile>
  readonly #symbols = new Map<SourceFile, readonly Sym[]>()
  /** What was found out, so that no text costs more than its names: of each variable, import and export once. */
  readonly #heldBy = new Map<Sym, Value | undefined>()
  readonly #imports = new Map<SourceFile, Map<number, Trail>>()
  readonly #exports = new Map<SourceFile, Map<string, Trail>>()
  readonly #overridden = new Map<Sym, Map<string, ReadonlySet<Sym>>>()
  readonly #handed = new Map<SourceFile, Map<CodeDefinition, string[]>>()
  /** Members that are assigned somewhere: `symbol` → names. */
  readonly #written = new Map<Sym, Set<string>>()

  constructor(files: readonly SourceFile[]) {
    this.#files = new Map(files.map((file) => [file.doc, file]))
    for (const file of files) this.#symbols.set(file, symbolsOf(file))
    this.symbols = [...this.#symbols.values()].flat()
    this.#inherit()
    this.#findWritten(files)
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
      const { value } = this.#follow(sym.file, sym.def.base, 0)
      const base = value !== null && 'sym' in value && value.instance === 'no' ? value.sym : undefined
      if (base === undefined || base === sym) continue
      base.extended.push(sym)
      this.#edge('extend', 'certain', sym, base)
      for (const [side, of] of [
        ['fixed', sym.fixed],
        ['ofInstance', sym.ofInstance],
      ] as const)
        for (const [name, member] of of) {
          const over = this.#member(base, name, side, 0)
          if (over !== undefined && name !== 'constructor' && !name.startsWith('#'))
            this.#edge('override', 'certain', member, over)
        }
    }
  }

  #edge(kind: LinkKind, confidence: LinkConfidence, from: Sym, to: Sym): void {
    const { file, def } = from
    this.edges.push({ kind, confidence, file, start: def.start, end: def.end, from, inFunction: false, to })
  }

  #findWritten(files: readonly SourceFile[]): void {
    for (const file of files)
      for (const { kind, reach } of file.facts.uses) {
        const member = reach.path.at(-1)
        if (kind !== 'member-write' || member === undefined) continue
        const { value } = this.#follow(file, { ...reach, path: reach.path.slice(0, -1) }, 0)
        if (value === null || !('sym' in value)) continue
        const names = this.#written.get(value.sym) ?? new Set()
        this.#written.set(value.sym, names.add(member))
      }
  }

  #link(file: SourceFile, use: CodeUse): void {
    const from = use.within === null ? null : (this.#symbols.get(file)?.[use.within] ?? null)
    const place = { file, start: use.start, end: use.end, from, inFunction: use.inFunction }
    switch (use.kind) {
      case 'call':
      case 'new':
        this.#call(file, use, from, place)
        return
      case 'member-write':
      case 'mutate':
      case 'write':
        this.#write(file, use, place)
        return
      default: {
        const { value, names } = this.#follow(file, use.reach, 0, true)
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

  #call(
    file: SourceFile,
    use: CodeUse,
    from: Sym | null,
    place: Omit<Edge, 'kind' | 'confidence' | 'to'>,
  ): void {
    const trail = this.#called(file, use.reach)
    const { value } = trail
    const others = this.#overriding(file, use.reach)
    const kind = use.kind as LinkKind
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
    if (name === undefined || path.at(-2) !== THIS_INSTANCE) return new Set()
    const { value } = this.#follow(file, { ...reach, path: path.slice(0, -1) }, 0)
    return value !== null && 'sym' in value && reach.root === 'own' ? this.#over(value.sym, name) : new Set()
  }

  /** What a call calls: a function by its `call`, `apply` or `bind` too. */
  #called(file: SourceFile, reach: CodeReach): Trail {
    const whole = this.#follow(file, reach, 0, true)
    const last = reach.path.at(-1)
    if (whole.value !== null || (last !== 'call' && last !== 'apply')) return whole
    const inner = this.#follow(file, { ...reach, path: reach.path.slice(0, -1) }, 0, true)
    const { value } = inner
    const isFunction =
      value !== null &&
      'sym' in value &&
      /^(function|method)$/.test(value.sym.def.kind) &&
      value.instance === 'no'
    return isFunction ? inner : whole
  }

  #write(file: SourceFile, { kind, reach }: CodeUse, place: Omit<Edge, 'kind' | 'confidence' | 'to'>): void {
    const path = kind === 'member-write' ? reach.path.slice(0, -1) : reach.path
    if (kind === 'write') {
      const { value } = this.#follow(file, { ...reach, path: [] }, 0)
      if (value !== null && 'sym' in value)
        this.edges.push({ kind, confidence: 'certain', ...place, to: value.sym })
      return
    }
    const state = this.#state(file, { ...reach, path })
    if (state === undefined) return
    const isSure = !reach.loose && (kind === 'member-write' || (state.isWhole && isCollection(state.sym)))
    this.edges.push({
      kind: kind as LinkKind,
      confidence: isSure ? 'certain' : 'likely',
      ...place,
      to: state.sym,
    })
  }

  /** The variable that a changed path begins with. */
  #state(file: SourceFile, reach: CodeReach): { readonly sym: Sym; readonly isWhole: boolean } | undefined {
    for (let length = 0; length <= reach.path.length; length += 1) {
      const { value } = this.#follow(file, { ...reach, path: reach.path.slice(0, length) }, 0)
      if (value === null) return undefined
      const next = reach.path[length]
      if (!('sym' in value) || next === INSTANCE || next === THIS_INSTANCE) continue
      // An instance of a class is nobody's variable.
      if (value.instance !== 'no') return undefined
      return { sym: value.sym, isWhole: length === reach.path.length }
    }
    return undefined
  }

  /** Follows a path. With `through`, a name for something else leads to that. */
  #follow(file: SourceFile, reach: CodeReach, hops: number, through = false): Trail {
    if (hops > MOST_HOPS) return NOTHING
    let trail = this.#root(file, reach, hops)
    for (const name of reach.path) {
      const { value } = trail
      if (value === null) return NOTHING
      trail = this.#step(value, name, hops)
    }
    const { value } = trail
    if (value === null) return NOTHING
    const loosened: Trail = reach.loose ? { value: { ...value, loose: true }, names: trail.names } : trail
    return through ? this.#through(loosened, hops) : loosened
  }

  #root(file: SourceFile, { root, n }: CodeReach, hops: number): Trail {
    const sym = this.#symbols.get(file)?.[n]
    switch (root) {
      case 'own':
        return sym === undefined ? NOTHING : trailOf(sym)
      case 'super':
        return sym === undefined || sym.def.base === null
          ? NOTHING
          : this.#follow(sym.file, sym.def.base, hops + 1, true)
      case 'import':
        return this.#imported(file, n, hops)
      default:
        return NOTHING
    }
  }

  #imported(file: SourceFile, n: number, hops: number): Trail {
    const known = this.#imports.get(file) ?? new Map<number, Trail>()
    this.#imports.set(file, known)
    return once(known, n, NOTHING, () => this.#find(file, n, hops))
  }

  #find(file: SourceFile, n: number, hops: number): Trail {
    const imported = file.facts.imports[n]
    const doc = imported && fileOf(file.doc, imported.source, (one) => this.#files.has(one))
    const module = doc === undefined ? undefined : this.#files.get(doc)
    if (imported === undefined || module === undefined) return NOTHING
    if (imported.name !== '*') return this.#exported(module, imported.name, hops + 1)
    const whole = imported.common ? this.#exported(module, '=', hops + 1) : NOTHING
    return whole.value === null ? { value: { module, loose: false }, names: [] } : whole
  }

  /** What a module hands on under a name. */
  #exported(module: SourceFile, name: string, hops: number): Trail {
    const known = this.#exports.get(module) ?? new Map<string, Trail>()
    this.#exports.set(module, known)
    return once(known, name, NOTHING, () => this.#handedOn(module, name, hops))
  }

  #handedOn(module: SourceFile, name: string, hops: number): Trail {
    if (hops > MOST_HOPS) return NOTHING
    const { exports } = module.facts
    const own = exports.filter((one) => one.name === name)
    const [first] = own
    if (first !== undefined) {
      const trail = this.#follow(module, first.reach, hops + 1)
      return own.length > 1 && trail.value !== null
        ? { ...trail, value: { ...trail.value, loose: true } }
        : trail
    }
    if (name === '=') return NOTHING
    const whole = exports.find((one) => one.name === '=')
    if (whole !== undefined) {
      const trail = this.#follow(module, whole.reach, hops + 1)
      if (name === 'default') return trail
      const member = trail.value === null ? NOTHING : this.#step(trail.value, name, hops + 1)
      if (member.value !== null) return member
    }
    if (name === 'default') return NOTHING
    for (const { reach } of exports.filter((one) => one.name === '*')) {
      const { value } = this.#follow(module, reach, hops + 1)
      const found = value === null ? NOTHING : this.#step(value, name, hops + 1)
      if (found.value !== null) return found
    }
    return NOTHING
  }

  #step(value: Value, name: string, hops: number): Trail {
    if (hops > MOST_HOPS) return NOTHING
    if ('module' in value) {
      const found = this.#exported(value.module, name, hops + 1)
      return value.loose && found.value !== null
        ? { ...found, value: { ...found.value, loose: true } }
        : found
    }
    const { sym, instance, loose } = value
    if (name === INSTANCE || name === THIS_INSTANCE) {
      const made = this.#through({ value, names: [] }, hops)
      if (made.value === null || !('sym' in made.value) || made.value.instance !== 'no') return NOTHING
      return { value: { ...made.value, instance: name === INSTANCE ? 'exact' : 'any' }, names: [] }
    }
    const side = instance === 'no' ? 'fixed' : 'ofInstance'
    const member = this.#member(sym, name, side, hops)
    if (member === undefined) {
      const held = instance === 'no' ? this.#held(value, hops) : undefined
      return held === undefined ? NOTHING : this.#step(held, name, hops + 1)
    }
    const names = this.#written.get(sym)
    // A name that is computed may be any of a table of functions. Of a class it is taken for none of its methods.
    const isTable = sym.def.kind === 'variable' && names?.has(ANY_MEMBER) === true
    const assigned = names?.has(name) === true || isTable
    const overridden = instance === 'any' && !name.startsWith('#') && this.#over(sym, name).size > 0
    return trailOf(member, loose || assigned || overridden)
  }

  #member(sym: Sym, name: string, side: 'fixed' | 'ofInstance', hops: number): Sym | undefined {
    const own = sym[side].get(name)
    if (own !== undefined || sym.def.base === null || hops > MOST_HOPS) return own
    const { value } = this.#follow(sym.file, sym.def.base, hops + 1, true)
    const base = value !== null && 'sym' in value ? value.sym : undefined
    return base === undefined || base === sym ? undefined : this.#member(base, name, side, hops + 1)
  }

  /** Methods of that name in whatever extends a class. */
  #over(sym: Sym, name: string): ReadonlySet<Sym> {
    const known = this.#overridden.get(sym) ?? new Map<string, ReadonlySet<Sym>>()
    this.#overridden.set(sym, known)
    const before = known.get(name)
    if (before !== undefined) return before
    const found = new Set<Sym>()
    const seen = new Set([sym])
    for (const one of seen)
      for (const extending of one.extended) {
        const own = extending.ofInstance.get(name)
        if (own !== undefined && !seen.has(extending)) found.add(own)
        seen.add(extending)
      }
    known.set(name, found)
    return found
  }

  /** What a variable holds. */
  #held({ sym, loose }: Extract<Value, { readonly sym: Sym }>, hops: number): Value | undefined {
    const { value: reach } = sym.def
    if (reach === null) return undefined
    const value = once(
      this.#heldBy,
      sym,
      undefined,
      () => this.#follow(sym.file, reach, hops + 1).value ?? undefined,
    )
    return value !== undefined && loose ? { ...value, loose: true } : value
  }

  #through(trail: Trail, hops: number): Trail {
    const names = [...trail.names]
    let { value } = trail
    for (
      let hop = hops;
      hop < MOST_HOPS && value !== null && 'sym' in value && value.instance === 'no';
      hop += 1
    ) {
      const held = this.#held(value, hop)
      if (held === undefined || !('sym' in held) || held.instance !== 'no') break
      names.push(value.sym)
      value = held
    }
    return { value, names }
  }
}

const NOTHING: Trail = { value: null, names: [] }

function trailOf(sym: Sym, loose = false): Trail {
  return { value: { sym, instance: 'no', loose }, names: [] }
}

/** Whether a variable holds an array, map or set from the start, and is never assigned again. */
function isCollection({ def: { value } }: Sym): boolean {
  const [name = '', made, more] = value?.path ?? []
  const isKnown = value?.root === 'free' && !value.loose && made === INSTANCE && more === undefined
  return isKnown && /^(Array|Map|Set|WeakMap|WeakSet)$/.test(name)
}

function symbolsOf(file: SourceFile): readonly Sym[] {
  const symbols = file.facts.definitions.map(
    (def): Sym => ({ file, def, fixed: new Map(), ofInstance: new Map(), extended: [] }),
  )
  for (const sym of symbols) {
    const { container, kind, fixed, name, local } = sym.def
    const holder = container === null ? undefined : symbols[container]
    if (holder === undefined) continue
    const isMember = kind === 'method' || kind === 'field' || fixed
    const isInNamespace = /^(namespace|enum)$/.test(holder.def.kind) && !local
    const side = isInNamespace || fixed ? holder.fixed : isMember ? holder.ofInstance : undefined
    if (side !== undefined && !side.has(name)) side.set(name, sym)
  }
  return symbols
}

/** A value that is found once; while it is being found, and so depends on itself, there is none. */
function once<K, V>(known: Map<K, V>, key: K, meanwhile: V, find: () => V): V {
  if (known.has(key)) return known.get(key) ?? meanwhile
  known.set(key, meanwhile)
  const found = find()
  known.set(key, found)
  return found
}
