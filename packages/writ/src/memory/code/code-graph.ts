import {
  ANY_MEMBER,
  ANY_MODULE,
  type CodeDefinition,
  type CodeReach,
  type CodeUse,
  INSTANCE_STEP,
  type LinkConfidence,
  type LinkKind,
  OWN_MODULE,
  THIS_STEP,
} from '@writ/contract'
import { isPython } from './code-language.ts'
import { CodeResolver, type Trail } from './code-resolver.ts'
import { isCollection, type SourceFile, type Sym, symbolsOf } from './code-symbols.ts'

/** Longer chains of variables that hold each other are not followed. */
const MOST_ALIASES = 8

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

/** A variable that a changed path begins with, and the rest of the path. */
interface State {
  readonly sym: Sym
  readonly rest: readonly string[]
}

/** A call that leads nowhere in reach. */
export interface OpenCall {
  readonly file: SourceFile
  readonly use: CodeUse
  readonly from: Sym | null
}

/** A write of what a module of Python keeps, which may be any of its names or one that nothing defines. */
export interface OpenWrite {
  /** The module; null where that may be any. */
  readonly module: SourceFile | null
  /** The name; null where that may be any. */
  readonly name: string | null
  /** The write, which leads nowhere by itself. */
  readonly edge: Edge
}

/** Symbols of some files and how they lead to each other. What is not among the files does not exist. */
export class CodeGraph {
  readonly symbols: readonly Sym[]
  readonly edges: Edge[] = []
  readonly open: OpenCall[] = []
  readonly openWrites: OpenWrite[] = []
  /** Writes of what is told to be written by another name for it. */
  readonly aliasWrites: Edge[] = []
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
    const extending: [Sym, Sym][] = []
    for (const sym of this.symbols) {
      for (const { sym: base, loose } of sym.def.bases.length === 0 ? [] : this.#resolver.bases(sym)) {
        base.extended.push(sym)
        extending.push([sym, base])
        this.#edge('extend', loose ? 'likely' : 'certain', sym, base)
      }
    }
    for (const [sym, base] of extending)
      for (const [side, of] of [
        ['fixed', sym.fixed],
        ['ofInstance', sym.ofInstance],
      ] as const)
        for (const [name, member] of of) {
          const over = this.#resolver.member(base, name, side)
          if (over !== undefined && !isOwnAlone(name, member))
            this.#edge('override', over.loose ? 'likely' : 'certain', member, over.sym)
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
    const trail = isPython(file) ? this.#calledInPython(file, use.reach) : this.#called(file, use.reach)
    const { value } = trail
    const others = this.#overriding(file, use.reach)
    const isMade = isPython(file) && value !== null && 'sym' in value && value.sym.def.kind === 'class'
    const kind = isMade ? 'new' : use.kind
    for (const to of others) this.edges.push({ kind, confidence: 'likely', ...place, to })
    if (value === null || !('sym' in value)) {
      if (others.size === 0) this.open.push({ file, use, from })
      return
    }
    const confidence = value.loose || isHeldThere(value.sym) ? 'likely' : 'certain'
    for (const to of new Set([...trail.names, value.sym]))
      if (!others.has(to)) this.edges.push({ kind, confidence, ...place, to })
    if (!isMade) return
    const made = this.#resolver.member(value.sym, '__init__', 'ofInstance')
    if (made !== undefined)
      this.edges.push({
        kind,
        confidence:
          made.loose || made.sym.def.loose || this.#resolver.isMadeOtherwise(value.sym)
            ? 'likely'
            : confidence,
        ...place,
        to: made.sym,
      })
  }

  /** What a call of Python calls: an instance by its `__call__`. */
  #calledInPython(file: SourceFile, reach: CodeReach): Trail {
    const whole = this.#resolver.follow(file, reach, 0, true)
    const { value } = whole
    if (value === null || !('sym' in value)) return whole
    const isInstance = value.instance !== 'no'
    if (!isInstance && !isHeldThere(value.sym)) return whole
    const path = [...reach.path, '__call__']
    const called = this.#resolver.follow(file, { ...reach, path }, 0, true)
    if (called.value === null) return isInstance ? called : whole
    return isInstance ? called : { ...called, names: [...called.names, ...whole.names, value.sym] }
  }

  /** Methods that a call of `this` may come to in what extends its class. */
  #overriding(file: SourceFile, { path, ...reach }: CodeReach): ReadonlySet<Sym> {
    const name = path.at(-1)
    if (name === undefined || path.at(-2) !== THIS_STEP) return new Set()
    const { value } = this.#resolver.follow(file, { ...reach, path: path.slice(0, -1) }, 0)
    return value !== null && 'sym' in value && (reach.root === 'own' || isPython(file))
      ? this.#resolver.over(value.sym, name).syms
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
    if (kind === 'member-write' && isPython(file)) this.#writeOpen(reach, place)
    const path = kind === 'member-write' ? reach.path.slice(0, -1) : reach.path
    if (kind === 'write') {
      const { value } = this.#resolver.follow(file, { ...reach, path: [] }, 0)
      if (value !== null && 'sym' in value)
        this.edges.push({ kind, confidence: 'certain', ...place, to: value.sym })
      return
    }
    const member = kind === 'member-write' ? reach.path.at(-1) : undefined
    const state = this.#state(file, { ...reach, path }, member)
    if (state === undefined) return
    const isSure =
      !reach.loose && (kind === 'member-write' || (state.rest.length === 0 && isCollection(state.sym)))
    this.edges.push({
      kind,
      confidence: isSure ? 'certain' : 'likely',
      ...place,
      to: state.sym,
    })
    this.#writeHeld(state, kind, member, place)
  }

  /** What is written by the name of a variable is written of what that holds, too. */
  #writeHeld(first: State, kind: LinkKind, member: string | undefined, place: Place): void {
    const seen = new Set([first.sym])
    let { sym, rest } = first
    while (seen.size <= MOST_ALIASES && sym.def.value !== null) {
      const { value } = sym.def
      const held = this.#state(sym.file, { ...value, path: [...value.path, ...rest] }, member)
      if (held === undefined || seen.has(held.sym)) return
      seen.add(held.sym)
      this.aliasWrites.push({ kind, confidence: 'likely', ...place, to: held.sym })
      sym = held.sym
      rest = held.rest
    }
  }

  /** A write of a name that is computed, or that the module does not define. */
  #writeOpen(reach: CodeReach, place: Place): void {
    const [first] = reach.path
    const member = reach.path.at(-1)
    const isUnnamed = reach.root === 'free' && (first === OWN_MODULE || first === ANY_MODULE)
    const named = isUnnamed ? null : this.#module(place.file, { ...reach, path: reach.path.slice(0, -1) })
    if (!isUnnamed && named === null) return
    const isAny = member === ANY_MEMBER || member === '__dict__'
    const known = isUnnamed || isAny ? null : this.#resolver.follow(place.file, reach, 0).value
    if (known !== null) return
    const module = first === OWN_MODULE && isUnnamed ? place.file : named
    const edge: Edge = { kind: 'member-write', confidence: 'likely', ...place, to: null }
    this.openWrites.push({ module, name: isAny ? null : (member ?? null), edge })
  }

  /** The module that a path leads to, or that the variable holds to which it does. */
  #module(file: SourceFile, reach: CodeReach): SourceFile | null {
    const { value } = this.#resolver.follow(file, reach, 0, true)
    if (value === null || 'module' in value) return value?.module ?? null
    const { value: held } = value.sym.def
    const found = held === null ? null : this.#resolver.follow(value.sym.file, held, 0).value
    return found !== null && 'module' in found ? found.module : null
  }

  /** The variable that a changed path begins with. */
  #state(file: SourceFile, reach: CodeReach, member: string | undefined): State | undefined {
    for (let length = 0; length <= reach.path.length; length += 1) {
      const { value } = this.#resolver.follow(file, { ...reach, path: reach.path.slice(0, length) }, 0)
      if (value === null) return undefined
      const next = reach.path[length]
      // A name of a module of Python is assigned from outside as any member is.
      const isName = 'module' in value && length === reach.path.length && member !== undefined
      if (isName && isPython(file))
        return this.#state(file, { ...reach, path: [...reach.path, member] }, undefined)
      if (!('sym' in value) || next === INSTANCE_STEP || next === THIS_STEP) continue
      // An instance of a class is nobody's variable.
      if (value.instance !== 'no') return undefined
      return { sym: value.sym, rest: reach.path.slice(length) }
    }
    return undefined
  }
}

/** Members that replace none of what a class extends: each class is made by its own. */
function isOwnAlone(name: string, { file }: Sym): boolean {
  return name === 'constructor' || name.startsWith('#') || (isPython(file) && /^__(init|new)__$/.test(name))
}

/** Whether what a call of Python comes to holds a value, which may be anything. */
function isHeldThere({ file, def: { kind } }: Sym): boolean {
  return (kind === 'field' || kind === 'variable') && isPython(file)
}
