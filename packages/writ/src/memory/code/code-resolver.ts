import { ANY_MEMBER, type CodeImport, type CodeReach, INSTANCE_STEP, THIS_STEP } from '@writ/contract'
import { ClassOrder, type FoundMember, type Ordered } from './class-order.ts'
import { isPython } from './code-language.ts'
import type { SourceFile, Sym } from './code-symbols.ts'
import { fileOf } from './module-files.ts'
import { PythonModules } from './python-modules.ts'

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
  readonly #overridden = new Map<Sym, Map<string, Overriding>>()
  readonly #order = new ClassOrder((sym) => this.#basesOf(sym))
  readonly #python: PythonModules
  /** Members that are assigned somewhere, and variables of which any member is. */
  readonly #written = new Set<Sym>()
  readonly #tables = new Set<Sym>()
  /** Modules of which any name is assigned from outside. */
  readonly #open = new Set<SourceFile>()

  constructor(files: readonly SourceFile[], symbols: ReadonlyMap<SourceFile, readonly Sym[]>) {
    this.#files = new Map(files.map((file) => [file.doc, file]))
    this.#symbols = symbols
    this.#python = new PythonModules(this.#files)
  }

  /** What a class extends, once it is known which class that is. */
  #basesOf(sym: Sym): readonly Ordered[] {
    return sym.def.bases.flatMap((base): readonly Ordered[] => {
      const { value } = this.follow(sym.file, base, 0, true)
      if (value === null || !('sym' in value) || value.instance !== 'no') return ['unknown']
      if (value.sym === sym) return []
      // Where another class may stand there, what it has comes first.
      return value.loose ? ['perhaps', value.sym] : [value.sym]
    })
  }

  /** Classes that a class extends and that are in reach. */
  bases(sym: Sym): readonly { readonly sym: Sym; readonly loose: boolean }[] {
    let loose = false
    return this.#basesOf(sym).flatMap((base) => {
      const found = typeof base === 'string' ? [] : [{ sym: base, loose }]
      loose = base === 'perhaps'
      return found
    })
  }

  /** Finds which members are assigned. What was followed before did not know it, and is followed again. */
  findWritten(files: readonly SourceFile[]): void {
    for (const file of files)
      for (const { kind, reach } of file.facts.uses) {
        const member = reach.path.at(-1)
        if (kind !== 'member-write' || member === undefined) continue
        // What is written by another name for it is written all the same.
        const { value } = this.follow(file, { ...reach, path: reach.path.slice(0, -1) }, 0, true)
        if (value === null) continue
        if ('module' in value) {
          this.#writeModule(value.module, member)
          continue
        }
        const { sym, instance } = value
        if (member === ANY_MEMBER && sym.def.kind === 'variable') this.#tables.add(sym)
        const written = this.member(sym, member, instance === 'no' ? 'fixed' : 'ofInstance')
        if (written !== undefined) this.#written.add(written.sym)
        if (instance !== 'no') for (const one of this.over(sym, member).syms) this.#written.add(one)
      }
    for (const known of [this.#heldBy, this.#imports, this.#exports, this.#overridden]) known.clear()
    this.#order.clear()
  }

  /** A name of a module that is assigned from outside. */
  #writeModule(module: SourceFile, name: string): void {
    if (name === ANY_MEMBER) this.#open.add(module)
    const { value, names } = this.#exported(module, name, 0)
    for (const sym of names) this.#written.add(sym)
    if (value !== null && 'sym' in value) this.#written.add(value.sym)
  }

  /** Follows a path. With `through`, a name for something else leads to that. */
  follow(file: SourceFile, reach: CodeReach, hops: number, through = false): Trail {
    if (hops > MOST_HOPS) return NOTHING
    const isSuper = reach.root === 'super' && reach.path.length > 0
    let trail = isSuper ? this.#behind(file, reach) : this.#root(file, reach, hops)
    const taken = isSuper ? superSteps(reach.path) : 0
    for (const name of reach.path.slice(taken)) {
      const { value } = trail
      if (value === null) return NOTHING
      trail = this.#step(value, name, hops)
    }
    if (trail.value === null) return NOTHING
    const reached = reach.loose ? loosened(trail) : trail
    return through ? this.#through(reached, hops) : reached
  }

  #root(file: SourceFile, { root, n, path }: CodeReach, hops: number): Trail {
    const sym = this.#symbols.get(file)?.[n]
    switch (root) {
      case 'own': {
        if (sym === undefined) return NOTHING
        // What a class is in its own methods does not depend on its name.
        const isSelf = path[0] === THIS_STEP
        return trailOf(sym, !isSelf && (sym.def.loose || (isPython(file) && this.#written.has(sym))))
      }
      case 'super': {
        const base = sym?.def.bases[0]
        return sym === undefined || base === undefined ? NOTHING : this.follow(file, base, hops + 1, true)
      }
      case 'import':
        return this.#imported(file, n, hops)
      default:
        return NOTHING
    }
  }

  /** A member that `super` names: of whatever comes behind the class, in the order of each that extends it. */
  #behind(file: SourceFile, { n, path }: CodeReach): Trail {
    const sym = this.#symbols.get(file)?.[n]
    const name = path[superSteps(path) - 1]
    if (sym === undefined || name === undefined) return NOTHING
    const side = path[0] === INSTANCE_STEP ? 'ofInstance' : 'fixed'
    const own = this.#order.behind(sym, sym, name, side)
    const others = this.#order.heirs(sym).flatMap((heir) => {
      const found = this.#order.behind(sym, heir, name, side)
      return found === undefined || (found.sym === own?.sym && found.loose === own.loose) ? [] : [found]
    })
    const [found = others[0]] = [own]
    if (found === undefined) return NOTHING
    const loose = found.loose || others.length > 0 || found.sym.def.loose || this.#written.has(found.sym)
    const names = [...found.sym.twins, ...others.map((one) => one.sym)]
    return { value: { sym: found.sym, instance: 'no', loose }, names }
  }

  #imported(file: SourceFile, n: number, hops: number): Trail {
    const known = this.#imports.get(file) ?? new Map<number, Trail>()
    this.#imports.set(file, known)
    return once(known, n, NOTHING, () => this.#find(file, n, hops))
  }

  #find(file: SourceFile, n: number, hops: number): Trail {
    const imported = file.facts.imports[n]
    if (imported === undefined) return NOTHING
    if (isPython(file)) return this.#findPython(file, imported, hops)
    const doc = fileOf(file.doc, imported.source, (one) => this.#files.has(one))
    const module = doc === undefined ? undefined : this.#files.get(doc)
    if (module === undefined) return NOTHING
    if (imported.name !== '*') return this.#exported(module, imported.name, hops + 1)
    const whole = imported.common ? this.#exported(module, '=', hops + 1) : NOTHING
    return whole.value === null ? { value: { module, loose: false }, names: [] } : whole
  }

  #findPython(file: SourceFile, { source, name }: CodeImport, hops: number): Trail {
    const found = this.#python.find(file, source)
    if (found === undefined) return NOTHING
    const { module, loose } = found
    if (name === '*') return { value: { module, loose }, names: [] }
    const trail = this.#exported(module, name, hops + 1)
    return loose ? loosened(trail) : trail
  }

  /** What a module of Python has under a name: what it binds, what is a module within it, or what it takes over whole. */
  #handedOnByPython(module: SourceFile, name: string, hops: number): Trail {
    if (hops > MOST_HOPS) return NOTHING
    const own = module.facts.exports.filter((one) => one.name === name)
    const trails = own.map(({ reach }) => this.follow(module, reach, hops + 1))
    const within = this.#python.within(module, name)
    if (own.length === 0 && within !== undefined)
      return { value: { module: within, loose: false }, names: [] }
    if (own.length === 0)
      for (const { name: every, reach } of module.facts.exports)
        if (every === '*') trails.push(loosened(this.follow(module, { ...reach, path: [name] }, hops + 1)))
    const found = trails.filter(({ value }) => value !== null)
    const [first] = found
    if (first === undefined) return NOTHING
    const others = found
      .slice(1)
      .flatMap(({ value, names }) => [...names, ...(value !== null && 'sym' in value ? [value.sym] : [])])
    const isShadowed =
      within !== undefined &&
      !(first.value !== null && 'module' in first.value && first.value.module === within)
    const isOpen = this.#open.has(module) || trails.length > 1 || isShadowed
    const trail = { value: first.value, names: [...first.names, ...others] }
    return isOpen ? loosened(trail) : trail
  }

  /** What a module hands on under a name. */
  #exported(module: SourceFile, name: string, hops: number): Trail {
    const known = this.#exports.get(module) ?? new Map<string, Trail>()
    this.#exports.set(module, known)
    return once(known, name, NOTHING, () =>
      isPython(module) ? this.#handedOnByPython(module, name, hops) : this.#handedOn(module, name, hops),
    )
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
      const { sym: of } = made.value
      if (of.def.kind !== 'class' && isPython(of.file)) return NOTHING
      if (name === THIS_STEP) return { value: { ...made.value, instance: 'any' }, names: [] }
      const isLoose = made.value.loose || this.isMadeOtherwise(of)
      return { value: { ...made.value, instance: 'exact', loose: isLoose }, names: [] }
    }
    const side = instance === 'no' ? 'fixed' : 'ofInstance'
    const member = this.member(sym, name, side)
    if (member === undefined) {
      const held = instance === 'no' ? this.#held(value, hops) : undefined
      return held === undefined ? NOTHING : this.#step(held, name, hops + 1)
    }
    // A name that is computed may be any of a table of functions. Of a class it is taken for none of its methods.
    const assigned =
      this.#written.has(member.sym) ||
      this.#tables.has(sym) ||
      (instance !== 'no' && isPython(sym.file) && this.member(sym, '__getattribute__', side) !== undefined)
    const isLoose = loose || member.loose || member.sym.def.loose || assigned
    return {
      value: {
        sym: member.sym,
        instance: 'no',
        loose: isLoose || (instance === 'any' && this.#isOverridden(sym, name)),
      },
      names: member.sym.twins,
    }
  }

  member(sym: Sym, name: string, side: 'fixed' | 'ofInstance'): FoundMember | undefined {
    return this.#order.member(sym, name, side)
  }

  /** Whether a call of a class of Python may give something else than an instance of it that its `__init__` was called on. */
  isMadeOtherwise(sym: Sym): boolean {
    if (!isPython(sym.file)) return false
    return this.member(sym, '__new__', 'fixed') !== undefined || this.#order.of(sym).includes('perhaps')
  }

  /** What an heir of a class may have under a name instead. */
  over(sym: Sym, name: string): Overriding {
    const known = this.#overridden.get(sym) ?? new Map<string, Overriding>()
    this.#overridden.set(sym, known)
    return once(known, name, NONE, () => {
      const own = this.member(sym, name, 'ofInstance')
      const found = this.#order.heirs(sym).flatMap((heir) => this.member(heir, name, 'ofInstance') ?? [])
      const others = found.filter((one) => one.sym !== own?.sym)
      const syms = new Set(others.flatMap((one) => [one.sym, ...one.sym.twins]))
      return {
        syms,
        isOpen: others.length > 0 || found.some(({ isUnknown }) => isUnknown && own?.isUnknown !== true),
      }
    })
  }

  #isOverridden(sym: Sym, name: string): boolean {
    return !name.startsWith('#') && this.over(sym, name).isOpen
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

/** Members of heirs of a class under a name, and whether one of them or one that is not known may be meant. */
export interface Overriding {
  readonly syms: ReadonlySet<Sym>
  readonly isOpen: boolean
}

const NONE: Overriding = { syms: new Set(), isOpen: false }

/** The same trail, at whose end another value may stand. */
function loosened(trail: Trail): Trail {
  return trail.value === null ? trail : { ...trail, value: { ...trail.value, loose: true } }
}

/** The steps of a path from `super` that lead to a member. */
function superSteps([first]: readonly string[]): number {
  return first === INSTANCE_STEP ? 2 : 1
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
