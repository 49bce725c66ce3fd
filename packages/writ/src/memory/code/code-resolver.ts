import { ANY_MEMBER, type CodeReach, INSTANCE_STEP, THIS_STEP } from '@writ/contract'
import type { SourceFile, Sym } from './code-symbols.ts'
import { fileOf } from './module-files.ts'

/** What a path has come to: a symbol or one of its instances, or a whole module. */
export type Value =
  | { readonly sym: Sym; readonly instance: 'no' | 'exact' | 'any'; readonly loose: boolean }
  | { readonly module: SourceFile; readonly loose: boolean }

/** The symbols that a path leads by; the last is where it ends. */
export interface Trail {
  readonly value: Value | null
  /** Symbols that were named on the way, each a name for the next. */
  readonly names: readonly Sym[]
}

/** Longer chains of names for names are not followed. */
const MOST_HOPS = 24

/** Follows paths of names through some files. What is not among the files does not exist. */
export class CodeResolver {
  readonly #files: ReadonlyMap<string, SourceFile>
  readonly #symbols: ReadonlyMap<SourceFile, readonly Sym[]>
  /** What was found out, so that no text costs more than its names: of each variable, import and export once. */
  readonly #heldBy = new Map<Sym, Value | undefined>()
  readonly #imports = new Map<SourceFile, Map<number, Trail>>()
  readonly #exports = new Map<SourceFile, Map<string, Trail>>()
  readonly #overridden = new Map<Sym, Map<string, ReadonlySet<Sym>>>()
  /** Members that are assigned somewhere, and variables of which any member is. */
  readonly #written = new Set<Sym>()
  readonly #tables = new Set<Sym>()

  constructor(files: readonly SourceFile[], symbols: ReadonlyMap<SourceFile, readonly Sym[]>) {
    this.#files = new Map(files.map((file) => [file.doc, file]))
    this.#symbols = symbols
  }

  /** Finds which members are assigned. What was followed before did not know it, and is followed again. */
  findWritten(files: readonly SourceFile[]): void {
    for (const file of files)
      for (const { kind, reach } of file.facts.uses) {
        const member = reach.path.at(-1)
        if (kind !== 'member-write' || member === undefined) continue
        // What is written by another name for it is written all the same.
        const { value } = this.follow(file, { ...reach, path: reach.path.slice(0, -1) }, 0, true)
        if (value === null || !('sym' in value)) continue
        const { sym, instance } = value
        if (member === ANY_MEMBER && sym.def.kind === 'variable') this.#tables.add(sym)
        const written = this.member(sym, member, instance === 'no' ? 'fixed' : 'ofInstance', 0)
        if (written !== undefined) this.#written.add(written)
        if (instance !== 'no') for (const one of this.over(sym, member)) this.#written.add(one)
      }
    for (const known of [this.#heldBy, this.#imports, this.#exports]) known.clear()
  }

  /** Follows a path. With `through`, a name for something else leads to that. */
  follow(file: SourceFile, reach: CodeReach, hops: number, through = false): Trail {
    if (hops > MOST_HOPS) return NOTHING
    let trail = this.#root(file, reach, hops)
    for (const name of reach.path) {
      const { value } = trail
      if (value === null) return NOTHING
      trail = this.#step(value, name, hops)
    }
    if (trail.value === null) return NOTHING
    const reached = reach.loose ? loosened(trail) : trail
    return through ? this.#through(reached, hops) : reached
  }

  #root(file: SourceFile, { root, n }: CodeReach, hops: number): Trail {
    const sym = this.#symbols.get(file)?.[n]
    switch (root) {
      case 'own':
        return sym === undefined ? NOTHING : trailOf(sym)
      case 'super':
        return sym === undefined || sym.def.base === null
          ? NOTHING
          : this.follow(sym.file, sym.def.base, hops + 1, true)
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
      const trail = this.follow(module, first.reach, hops + 1)
      return own.length > 1 ? loosened(trail) : trail
    }
    if (name === '=') return NOTHING
    const whole = exports.find((one) => one.name === '=')
    if (whole !== undefined) {
      const trail = this.follow(module, whole.reach, hops + 1)
      if (name === 'default') return trail
      const member = trail.value === null ? NOTHING : this.#step(trail.value, name, hops + 1)
      if (member.value !== null) return member
    }
    if (name === 'default') return NOTHING
    let handed = NOTHING
    for (const { reach } of exports.filter((one) => one.name === '*')) {
      const { value } = this.follow(module, reach, hops + 1)
      const found = value === null ? NOTHING : this.#step(value, name, hops + 1)
      if (found.value === null) continue
      if (handed.value === null) handed = found
      // Two that differ under one name: a module hands on neither, and what is spread into an object is the last.
      else if (!isSame(handed.value, found.value)) return loosened(handed)
    }
    return handed
  }

  #step(value: Value, name: string, hops: number): Trail {
    if (hops > MOST_HOPS) return NOTHING
    if ('module' in value) {
      const found = this.#exported(value.module, name, hops + 1)
      return value.loose ? loosened(found) : found
    }
    const { sym, instance, loose } = value
    if (name === INSTANCE_STEP || name === THIS_STEP) {
      const made = this.#through({ value, names: [] }, hops)
      if (made.value === null || !('sym' in made.value) || made.value.instance !== 'no') return NOTHING
      return { value: { ...made.value, instance: name === INSTANCE_STEP ? 'exact' : 'any' }, names: [] }
    }
    const side = instance === 'no' ? 'fixed' : 'ofInstance'
    const member = this.member(sym, name, side, hops)
    if (member === undefined) {
      const held = instance === 'no' ? this.#held(value, hops) : undefined
      return held === undefined ? NOTHING : this.#step(held, name, hops + 1)
    }
    // A name that is computed may be any of a table of functions. Of a class it is taken for none of its methods.
    const assigned = this.#written.has(member) || this.#tables.has(sym)
    const overridden = instance === 'any' && !name.startsWith('#') && this.over(sym, name).size > 0
    return trailOf(member, loose || assigned || overridden)
  }

  member(sym: Sym, name: string, side: 'fixed' | 'ofInstance', hops: number): Sym | undefined {
    const own = sym[side].get(name)
    if (own !== undefined || sym.def.base === null || hops > MOST_HOPS) return own
    const { value } = this.follow(sym.file, sym.def.base, hops + 1, true)
    const base = value !== null && 'sym' in value ? value.sym : undefined
    return base === undefined || base === sym ? undefined : this.member(base, name, side, hops + 1)
  }

  /** Methods of that name in whatever extends a class. */
  over(sym: Sym, name: string): ReadonlySet<Sym> {
    const known = this.#overridden.get(sym) ?? new Map<string, ReadonlySet<Sym>>()
    this.#overridden.set(sym, known)
    return once(known, name, NONE, () => overriding(sym, name))
  }

  /** What a variable holds. */
  #held({ sym, loose }: Extract<Value, { readonly sym: Sym }>, hops: number): Value | undefined {
    const { value: reach } = sym.def
    if (reach === null) return undefined
    const value = once(
      this.#heldBy,
      sym,
      undefined,
      () => this.follow(sym.file, reach, hops + 1).value ?? undefined,
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

function isSame(one: Value, other: Value): boolean {
  return 'sym' in one
    ? 'sym' in other && one.sym === other.sym
    : 'module' in other && one.module === other.module
}

const NOTHING: Trail = { value: null, names: [] }

const NONE: ReadonlySet<Sym> = new Set()

/** The same trail, at whose end another value may stand. */
function loosened(trail: Trail): Trail {
  return trail.value === null ? trail : { ...trail, value: { ...trail.value, loose: true } }
}

function overriding(sym: Sym, name: string): ReadonlySet<Sym> {
  const found = new Set<Sym>()
  const seen = new Set([sym])
  for (const one of seen)
    for (const extending of one.extended) {
      const own = extending.ofInstance.get(name)
      if (own !== undefined && !seen.has(extending)) found.add(own)
      seen.add(extending)
    }
  return found
}

function trailOf(sym: Sym, loose = false): Trail {
  return { value: { sym, instance: 'no', loose }, names: [] }
}

/** A value that is found once; while it is being found, and so depends on itself, there is none. */
function once<K, V>(known: Map<K, V>, key: K, meanwhile: V, find: () => V): V {
  if (known.has(key)) return known.get(key) ?? meanwhile
  known.set(key, meanwhile)
  const found = find()
  known.set(key, found)
  return found
}
